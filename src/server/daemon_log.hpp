// nacred's log: one JSON object a line, on stderr.
#pragma once

#include <memory>

#include "nacre/clock.hpp"
#include "nacre/log.hpp"
#include "server/access_log.hpp"

namespace nacre::server {

/// Thread safe. Its sinks may outlive it.
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

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace nacre::server
