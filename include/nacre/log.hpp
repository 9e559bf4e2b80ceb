// Where nacre's log lines go. The library writes nowhere by itself.
//
//   cache_options.log = [](const nacre::LogRecord& record) {
//     spdlog::info("{} {}", record.event, record.message);
//   };
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#pragma GCC visibility push(default)
namespace nacre {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// One line. The views are valid during the call only. Never holds a value, a secret or a whole
/// key: keys are cut at 32 bytes and control bytes are escaped.
struct LogRecord {
  LogLevel level = LogLevel::info;
  std::string_view event{};    ///< stable name for machines, for example "load.failed"
  std::string_view message{};  ///< one sentence for people
  std::span<const std::pair<std::string_view, std::string>> fields{};
};

/// Called from any thread, also from several at once. Must be quick. What it throws is dropped.
using LogSink = std::function<void(const LogRecord&)>;

}  // namespace nacre
#pragma GCC visibility pop
