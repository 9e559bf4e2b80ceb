#include "base/log.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <vector>

#include "base/check.hpp"
#include "base/mutex.hpp"
#include "base/striped_counter.hpp"
#include "base/utf8.hpp"

namespace nacre {
namespace {

// Events have names in the code, so there are tens of them. More than this share one limit.
constexpr std::size_t max_counted_events = 512;
constexpr std::string_view overflow_event = "";

constexpr Duration rate_window = std::chrono::seconds(1);

}  // namespace

std::string escape_control_bytes(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  while (!text.empty()) {
    const Utf8Step step = first_utf8_step(text);
    const std::string_view bytes = text.substr(0, step.length_bytes);
    if (step.is_valid && !is_control_character(step.code_point)) {
      escaped += bytes;
    } else {
      for (const char byte : bytes) {
        escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
      }
    }
    text.remove_prefix(step.length_bytes);
  }
  return escaped;
}

std::string loggable_key(std::string_view key) {
  const std::string_view shown = utf8_prefix(key, max_logged_key_bytes);
  std::string text = escape_control_bytes(shown);
  if (shown.size() < key.size()) text += "...";
  return text;
}

struct Logger::State {
  // The lines of one event in the present second.
  struct Rate {
    TimePoint window_start{};
    std::uint32_t written_count = 0;
    std::uint64_t suppressed_count = 0;  // since a line of this event was last written
  };

  State(LogSink target, std::shared_ptr<Clock> time, LoggerOptions how)
      : sink(std::move(target)), clock(std::move(time)), options(how) {}

  // How many lines were held back before this one; nullopt when this one is, too.
  std::optional<std::uint64_t> admit(std::string_view event) {
    const TimePoint now = clock->coarse_now();
    MutexLock lock(mutex);
    Rate& rate = rate_of(event, now);
    if (now - rate.window_start >= rate_window) {
      rate.window_start = now;
      rate.written_count = 0;
    }
    if (rate.written_count >= options.max_lines_per_second) {
      ++rate.suppressed_count;
      suppressed.add();
      return std::nullopt;
    }
    ++rate.written_count;
    return std::exchange(rate.suppressed_count, 0);
  }

  Rate& rate_of(std::string_view event, TimePoint now) NACRE_REQUIRES(mutex) {
    const auto found = rates.find(event);
    if (found != rates.end()) return found->second;
    const std::string_view name = rates.size() < max_counted_events ? event : overflow_event;
    return rates.try_emplace(std::string(name), Rate{.window_start = now}).first->second;
  }

  const LogSink sink;
  const std::shared_ptr<Clock> clock;
  const LoggerOptions options;
  StripedCounter suppressed;
  Mutex mutex;
  std::map<std::string, Rate, std::less<>> rates NACRE_GUARDED_BY(mutex);
};

Logger::Logger(LogSink sink, std::shared_ptr<Clock> clock, LoggerOptions options)
    : min_level_(options.min_level) {
  NACRE_CHECK(clock != nullptr);
  NACRE_CHECK(options.max_lines_per_second > 0);
  if (sink) state_ = std::make_shared<State>(std::move(sink), std::move(clock), options);
}

std::uint64_t Logger::suppressed_count() const noexcept {
  return state_ ? state_->suppressed.sum() : 0;
}

void Logger::write(LogLevel level, std::string_view event, Fields fields, fmt::string_view message,
                   fmt::format_args args) const {
  if (!is_enabled(level)) return;
  // A line that cannot be written must not break the work it tells about.
  try {
    const std::optional<std::uint64_t> held_back = state_->admit(event);
    if (!held_back) return;
    const std::string text = escape_control_bytes(fmt::vformat(message, args));
    std::vector<std::pair<std::string_view, std::string>> safe_fields;
    safe_fields.reserve(fields.size() + 1);
    for (const auto& [name, value] : fields) {
      safe_fields.emplace_back(name, escape_control_bytes(value));
    }
    if (*held_back > 0) safe_fields.emplace_back("suppressed", fmt::to_string(*held_back));
    state_->sink({.level = level, .event = event, .message = text, .fields = safe_fields});
  } catch (...) {
    return;
  }
}

}  // namespace nacre
