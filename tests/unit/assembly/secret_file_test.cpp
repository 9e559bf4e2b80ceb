// read_secret_file() and read_settings_source(), on real files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "nacre/error.hpp"
#include "nacre/settings.hpp"

namespace nacre {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SecretFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "nacre-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& text, mode_t mode) const {
    const std::string path = folder_ / "secret";
    std::ofstream(path, std::ios::binary) << text;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }

  static std::string trouble(const std::string& path) {
    try {
      return "(accepted) " + read_secret_file(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_argument);
      return error.message();
    }
  }

  std::filesystem::path folder_;
};

TEST_F(SecretFile, gives_the_line_without_blanks_around_it) {
  EXPECT_EQ(read_secret_file(write(" 0123456789abcdef\r\n", 0600)), "0123456789abcdef");
  EXPECT_EQ(read_secret_file(write("0123456789abcdef", 0640)), "0123456789abcdef");
  EXPECT_EQ(read_secret_file(write("0123456789abcdef", 0400)), "0123456789abcdef");
}

TEST_F(SecretFile, refuses_a_file_that_others_may_use) {
  for (const mode_t mode : {0644, 0604, 0660, 0602, 0700, 0610}) {
    EXPECT_THAT(trouble(write("0123456789abcdef", mode)), HasSubstr("allowed: 0600 or 0640"))
        << std::oct << mode;
  }
}

TEST_F(SecretFile, refuses_what_is_no_secret_without_showing_it) {
  EXPECT_THAT(trouble(write("short", 0600)), HasSubstr("holds 5 bytes; allowed: 16 to 4096"));
  EXPECT_THAT(trouble(write("", 0600)), HasSubstr("holds 0 bytes"));
  EXPECT_THAT(trouble(write("0123456789abcdef\nsecond", 0600)), HasSubstr("more than one line"));
  EXPECT_THAT(trouble(write("0123456789abcdef\nsecond", 0600)), Not(HasSubstr("second")));
  EXPECT_THAT(trouble(write(std::string(4100, 'x'), 0600)), HasSubstr("more than 4096 bytes"));
  EXPECT_THAT(trouble(write(std::string(100'000, 'x'), 0600)), HasSubstr("is too large"));
}

TEST_F(SecretFile, refuses_what_is_no_file) {
  EXPECT_THAT(trouble(folder_ / "absent"), HasSubstr("No such file"));
  EXPECT_THAT(trouble(folder_), HasSubstr("is not a regular file"));
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(trouble(pipe), HasSubstr("is not a regular file"));
}

TEST_F(SecretFile, a_configuration_file_is_read_with_the_environment_and_flags) {
  const SettingsSource source =
      read_settings_source(write("[cache]\nttl = 5\n", 0644), {"cache.ttl=6"});
  EXPECT_EQ(source.file_text, "[cache]\nttl = 5\n");
  EXPECT_EQ(source.file_name, folder_ / "secret");
  EXPECT_EQ(source.flags.size(), 1u);
  const char* path = std::getenv("PATH");
  ASSERT_NE(path, nullptr);
  EXPECT_THAT(source.environment,
              ::testing::Contains(std::pair<std::string, std::string>("PATH", path)));
}

TEST_F(SecretFile, a_configuration_file_that_cannot_be_read_is_an_error) {
  EXPECT_THROW(read_settings_source(folder_ / "absent"), Error);
  EXPECT_THROW(read_settings_source(write(std::string((1 << 20) + 1, '#'), 0644)), Error);
  EXPECT_TRUE(read_settings_source("").file_text.empty());
}

}  // namespace
}  // namespace nacre
