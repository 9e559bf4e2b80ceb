#include "server/daemon_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>
#include <ctime>
#include <string_view>
#include <utility>

#include "base/event.hpp"
#include "base/json_text.hpp"
#include "nacre/deadline.hpp"

namespace nacre::server {
namespace {

spdlog::level::level_enum level_of(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

std::string_view word_of(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      break;
  }
  return "error";
}

// RFC 3339 with milliseconds, in UTC.
std::string time_text(std::chrono::sys_time<std::chrono::system_clock::duration> moment) {
  const auto second = std::chrono::floor<std::chrono::seconds>(moment);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(moment - second);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(static_cast<std::time_t>(second.time_since_epoch().count())),
                     milliseconds.count());
}

}  // namespace

struct DaemonLog::State {
  /// Lines that may wait for the reader of standard error. Then the oldest are lost, and counted: a
  /// log collector that hangs must not stop the daemon.
  static constexpr std::size_t max_waiting_lines = 8192;

  State(std::shared_ptr<Clock> of_lines, LogLevel level)
      : clock(std::move(of_lines)),
        writer(std::make_shared<spdlog::details::thread_pool>(max_waiting_lines, 1)),
        logger(std::make_shared<spdlog::async_logger>(
            "nacred", std::make_shared<spdlog::sinks::stderr_sink_mt>(), writer,
            spdlog::async_overflow_policy::overrun_oldest)) {
    // The line is made here; spdlog adds nothing to it.
    logger->set_pattern("%v");
    logger->set_level(level_of(level));
  }

  void write(const LogRecord& record) {
    if (!logger->should_log(level_of(record.level))) return;
    JsonText json;
    json.begin_object();
    json.member("time", time_text(clock->wall_now()));
    json.member("level", word_of(record.level));
    json.member("event", record.event);
    json.member("message", record.message);
    for (const auto& [name, value] : record.fields) json.member(name, value);
    json.end_object();
    logger->log(level_of(record.level), "{}", std::move(json).take());
  }

  void write(const AccessRecord& record) {
    JsonText json;
    json.begin_object();
    json.member("time", time_text(clock->wall_now()));
    json.member("event", "http.request");
    json.member("method", record.method);
    json.member("path", record.path);
    json.member("status", record.status);
    json.member("bytes", record.body_bytes);
    json.member("duration_us",
                std::chrono::duration_cast<std::chrono::microseconds>(record.duration).count());
    json.member("request_id", record.request_id);
    json.member("remote", record.remote);
    json.end_object();
    logger->log(spdlog::level::critical, "{}", std::move(json).take());
  }

  std::shared_ptr<Clock> clock;
  std::shared_ptr<spdlog::details::thread_pool> writer;
  std::shared_ptr<spdlog::async_logger> logger;
};

DaemonLog::DaemonLog(std::shared_ptr<Clock> clock, LogLevel level)
    : state_(std::make_shared<State>(std::move(clock), level)) {}

DaemonLog::~DaemonLog() = default;

bool DaemonLog::wait_written(Duration timeout) const {
  const Deadline deadline = Deadline::after(*state_->clock, timeout);
  const Event never;
  while (state_->writer->queue_size() != 0) {
    if (deadline.has_passed(state_->clock->now())) return false;
    constexpr Duration step = std::chrono::milliseconds(5);
    static_cast<void>(never.wait(*state_->clock, Deadline::after(*state_->clock, step)));
  }
  return true;
}

std::size_t DaemonLog::lost_count() const {
  return state_->writer->overrun_counter();
}

void DaemonLog::set_level(LogLevel level) {
  state_->logger->set_level(level_of(level));
}

LogSink DaemonLog::sink() const {
  return [state = state_](const LogRecord& record) { state->write(record); };
}

AccessLog DaemonLog::access_log() const {
  return [state = state_](const AccessRecord& record) { state->write(record); };
}

void DaemonLog::write(const LogRecord& record) const {
  state_->write(record);
}

}  // namespace nacre::server
