// How nacre's own code writes log lines: with a level, a limit on their rate, and keys made safe.
//
//   log.warning("load.failed", {{"key", loggable_key(key)}}, "the loader threw: {}", error.what());
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "nacre/clock.hpp"
#include "nacre/log.hpp"

namespace nacre {

/// The longest part of a key that a line shows.
inline constexpr std::size_t max_logged_key_bytes = 32;

/// `key` for a log line: at most its first 32 bytes (then "..."), never cut inside a character;
/// escaped as escape_control_bytes() does.
std::string loggable_key(std::string_view key);

/// `text` without what could forge a line or steer a terminal: control characters and bytes that
/// are not UTF-8 become \xNN. Idempotent.
std::string escape_control_bytes(std::string_view text);

struct LoggerOptions {
  /// Lines below it cost one comparison.
  LogLevel min_level = LogLevel::info;

  /// Lines a second for each event; 1 or more. What is over is counted, and the next line of that
  /// event that passes says how many in its field "suppressed".
  std::uint32_t max_lines_per_second = 100;
};

/// Writes to a LogSink. Thread safe; copies share the sink and the counts. What the sink throws is
/// dropped. A line that is written takes a mutex, formats and calls the sink outside the mutex.
class Logger {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

  /// Writes nowhere.
  Logger() noexcept = default;

  /// `clock` measures the rate. An empty `sink` writes nowhere.
  Logger(LogSink sink, std::shared_ptr<Clock> clock, LoggerOptions options = {});

  bool is_enabled(LogLevel level) const noexcept { return state_ && level >= min_level_; }

  template <class... Args>
  void debug(std::string_view event, fmt::format_string<Args...> message, Args&&... args) const {
    write(LogLevel::debug, event, {}, message, fmt::make_format_args(args...));
  }
  template <class... Args>
  void debug(std::string_view event, Fields fields, fmt::format_string<Args...> message,
             Args&&... args) const {
    write(LogLevel::debug, event, fields, message, fmt::make_format_args(args...));
  }

  template <class... Args>
  void info(std::string_view event, fmt::format_string<Args...> message, Args&&... args) const {
    write(LogLevel::info, event, {}, message, fmt::make_format_args(args...));
  }
  template <class... Args>
  void info(std::string_view event, Fields fields, fmt::format_string<Args...> message,
            Args&&... args) const {
    write(LogLevel::info, event, fields, message, fmt::make_format_args(args...));
  }

  template <class... Args>
  void warning(std::string_view event, fmt::format_string<Args...> message, Args&&... args) const {
    write(LogLevel::warning, event, {}, message, fmt::make_format_args(args...));
  }
  template <class... Args>
  void warning(std::string_view event, Fields fields, fmt::format_string<Args...> message,
               Args&&... args) const {
    write(LogLevel::warning, event, fields, message, fmt::make_format_args(args...));
  }

  template <class... Args>
  void error(std::string_view event, fmt::format_string<Args...> message, Args&&... args) const {
    write(LogLevel::error, event, {}, message, fmt::make_format_args(args...));
  }
  template <class... Args>
  void error(std::string_view event, Fields fields, fmt::format_string<Args...> message,
             Args&&... args) const {
    write(LogLevel::error, event, fields, message, fmt::make_format_args(args...));
  }

  /// Lines held back by the limit so far, over all events.
  std::uint64_t suppressed_count() const noexcept;

 private:
  struct State;

  void write(LogLevel level, std::string_view event, Fields fields, fmt::string_view message,
             fmt::format_args args) const;

  LogLevel min_level_ = LogLevel::info;
  std::shared_ptr<State> state_;
};

}  // namespace nacre
