// nacred without its command line: settings in, a running server out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nacre/clock.hpp"
#include "nacre/settings.hpp"
#include "server/daemon_log.hpp"

namespace nacre::server {

/// Everything that is wrong with `settings` and shows only with their files: secrets, certificates,
/// origin rules. Throws Error invalid_argument.
void check_daemon_settings(const Settings& settings);

/// Serves from its construction on. One caller at a time.
class Daemon final {
 public:
  /// Throws Error invalid_argument for settings that cannot be used, internal when an address of
  /// server.listen cannot be bound.
  Daemon(const Settings& settings, std::shared_ptr<Clock> clock, DaemonLog& log);
  ~Daemon();

  /// Where it listens, as HOST:PORT with the real ports.
  const std::vector<std::string>& addresses() const noexcept;

  /// Uses `settings` from now on, all of them or, when one of them is wrong or needs a restart,
  /// none: then it throws Error, which says why: invalid_argument, or internal when a new address
  /// cannot be bound.
  void reload(const Settings& settings);

  /// The setting that is in use.
  Duration drain_timeout() const noexcept;

  /// Not ready from now on, takes no more connections and finishes what runs. Returns at once.
  void begin_drain();

  /// Waits for the end of what begin_drain() lets finish; false when `timeout` passed first.
  [[nodiscard]] bool wait_drained(Duration timeout);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nacre::server
