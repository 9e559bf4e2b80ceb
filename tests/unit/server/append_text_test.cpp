#include "server/append_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace nacre::server {
namespace {

std::string base64(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

TEST(AppendText, writes_numbers_to_their_limits) {
  std::string out = "n=";
  append_signed(out, std::numeric_limits<std::int64_t>::min());
  out += ' ';
  append_unsigned(out, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(out, "n=-9223372036854775808 18446744073709551615");
}

TEST(AppendText, writes_base64_of_rfc_4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFB\xFF\xFE"), "+//+");
}

RC_GTEST_PROP(AppendText, reads_the_base64_it_writes, (const std::string& bytes)) {
  RC_ASSERT(decode_base64(base64(bytes)) == bytes);
}

TEST(AppendText, refuses_base64_it_would_not_write) {
  for (const std::string text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n",
                                 "-_-_", "=", "====", "Z=g="}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace nacre::server
