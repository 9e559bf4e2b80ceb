#include "base/log.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/utf8.hpp"
#include "nacre/fake_clock.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

struct Line {
  LogLevel level{};
  std::string event;
  std::string message;
  std::map<std::string, std::string, std::less<>> fields;
};

class LoggerTest : public ::testing::Test {
 protected:
  Logger make_logger(LoggerOptions options = {}) {
    return Logger(
        [this](const LogRecord& record) {
          Line line{record.level, std::string(record.event), std::string(record.message), {}};
          for (const auto& [name, value] : record.fields) line.fields.emplace(name, value);
          lines_.push_back(std::move(line));
        },
        clock_, options);
  }

  std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
  std::vector<Line> lines_;
};

TEST_F(LoggerTest, writes_level_event_message_and_fields) {
  const Logger log = make_logger();
  log.warning("load.failed", {{"key", "user:1"}}, "the loader threw: {} ({})", "timeout", 3);
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_EQ(lines_[0].level, LogLevel::warning);
  EXPECT_EQ(lines_[0].event, "load.failed");
  EXPECT_EQ(lines_[0].message, "the loader threw: timeout (3)");
  EXPECT_EQ(lines_[0].fields, (decltype(Line::fields){{"key", "user:1"}}));
}

TEST_F(LoggerTest, writes_each_level_from_the_least_on) {
  const Logger log = make_logger({.min_level = LogLevel::warning});
  log.debug("e", "1");
  log.info("e", "2");
  log.warning("e", "3");
  log.error("e", "4");
  log.debug("e", {}, "5");
  log.info("e", {}, "6");
  log.error("e", {}, "7");
  ASSERT_EQ(lines_.size(), 3U);
  EXPECT_EQ(lines_[0].message, "3");
  EXPECT_EQ(lines_[1].level, LogLevel::error);
  EXPECT_EQ(lines_[2].message, "7");
  EXPECT_FALSE(log.is_enabled(LogLevel::info));
  EXPECT_TRUE(log.is_enabled(LogLevel::error));
}

TEST_F(LoggerTest, a_logger_without_a_sink_writes_nowhere) {
  const Logger none;
  EXPECT_FALSE(none.is_enabled(LogLevel::error));
  none.error("e", "x");
  const Logger empty(LogSink(), clock_);
  empty.error("e", "x");
  EXPECT_EQ(empty.suppressed_count(), 0U);
}

TEST_F(LoggerTest, a_message_cannot_forge_a_line) {
  const Logger log = make_logger();
  log.info("e", {{"key", "a\nb"}}, "{}", "x\r\n2026 ERROR fake \x1B[31m");
  EXPECT_EQ(lines_.at(0).message, "x\\x0d\\x0a2026 ERROR fake \\x1b[31m");
  EXPECT_EQ(lines_.at(0).fields["key"], "a\\x0ab");
}

TEST_F(LoggerTest, holds_back_what_is_over_the_rate_and_says_how_much) {
  const Logger log = make_logger({.max_lines_per_second = 2});
  for (int i = 0; i < 7; ++i) log.info("loud", "{}", i);
  log.info("quiet", "x");
  EXPECT_EQ(lines_.size(), 3U);
  EXPECT_EQ(log.suppressed_count(), 5U);

  clock_->advance(1s);
  log.info("loud", "again");
  log.info("loud", "and again");
  ASSERT_EQ(lines_.size(), 5U);
  EXPECT_EQ(lines_[3].fields["suppressed"], "5");
  EXPECT_TRUE(lines_[4].fields.empty());
}

TEST_F(LoggerTest, many_event_names_share_one_limit_instead_of_growing) {
  const Logger log = make_logger({.max_lines_per_second = 1});
  for (int i = 0; i < 5000; ++i) log.info("event." + std::to_string(i), "x");
  EXPECT_EQ(lines_.size(), 513U);
}

TEST_F(LoggerTest, drops_what_the_sink_throws) {
  const Logger log([](const LogRecord&) { throw std::runtime_error("disk full"); }, clock_);
  EXPECT_NO_THROW(log.error("e", "x"));
}

TEST(Logger, may_be_used_by_many_threads) {
  std::atomic<int> written{0};
  const Logger log([&](const LogRecord&) { ++written; }, std::make_shared<FakeClock>(),
                   {.max_lines_per_second = 50});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([log] {
      for (int i = 0; i < 500; ++i) log.info("e", "{}", i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(written, 50);
  EXPECT_EQ(log.suppressed_count(), 1950U);
}

TEST(LoggableKey, shows_at_most_32_bytes_and_whole_characters) {
  EXPECT_EQ(loggable_key("user:1"), "user:1");
  EXPECT_EQ(loggable_key(std::string(32, 'a')), std::string(32, 'a'));
  EXPECT_EQ(loggable_key(std::string(33, 'a')), std::string(32, 'a') + "...");
  EXPECT_EQ(loggable_key(std::string(31, 'a') + "ä" + "bc"), std::string(31, 'a') + "...");
  EXPECT_EQ(loggable_key("\0\x80"sv), "\\x00\\x80");
}

RC_GTEST_PROP(LoggableKey, is_always_safe_and_bounded, (const std::string& key)) {
  const std::string shown = loggable_key(key);
  RC_ASSERT(is_valid_utf8(shown));
  RC_ASSERT(!has_control_characters(shown));
  RC_ASSERT(shown.size() <= 4 * max_logged_key_bytes + 3);
  RC_ASSERT(escape_control_bytes(shown) == shown);
}

}  // namespace
}  // namespace nacre
