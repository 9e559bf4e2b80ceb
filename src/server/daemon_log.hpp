// nacred's log: one JSON object a line, on stderr, written by a thread of its own.
#pragma once

#include <cstddef>
#include <memory>

#include "nacre/clock.hpp"
#include "nacre/log.hpp"
#include "server/access_log.hpp"

namespace nacre::server {

/// Thread safe. Its sinks may outlive it. Writing never waits: when 8192 lines wait for a reader of
/// stderr that does not read, the oldest are lost.
class DaemonLog final {
 public:
  DaemonLog(std::shared_ptr<Clock> clock, LogLevel level);
  ~DaemonLog();

  /// Lines below this are dropped from now on.
  void set_level(LogLevel level);

  /// For the library and the server.
  LogSink sink() const;

  /// One line a request, whatever the level.
  AccessLog access_log() const;

  void write(const LogRecord& record) const;

  /// Waits until no line waits any more; false when `timeout` has passed first.
  [[nodiscard]] bool wait_written(Duration timeout) const;

  /// Lines lost so far.
  std::size_t lost_count() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace nacre::server
