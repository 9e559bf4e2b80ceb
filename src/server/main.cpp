// nacred: reads settings, serves, reloads on SIGHUP, drains on SIGTERM and SIGINT.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>

#include "assembly/config_texts.hpp"
#include "nacre/deadline.hpp"
#include "nacre/settings.hpp"
#include "server/daemon.hpp"
#include "server/daemon_log.hpp"
#include "server/exit_code.hpp"
#include "server/flags.hpp"

namespace nacre::server {
namespace {

// How often a drain looks whether it is done or another signal came.
constexpr Duration drain_step = std::chrono::milliseconds(20);

// How long the last lines may take to reach whoever reads standard error.
constexpr Duration log_timeout = std::chrono::seconds(1);

sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

Settings read_settings(const Flags& flags) {
  return load_settings(read_settings_source(flags.config_path, flags.settings));
}

void reload(Daemon& daemon, const Flags& flags, const DaemonLog& log) {
  try {
    daemon.reload(read_settings(flags));
    const std::string message = fmt::format("the new settings are in use; listening on {}",
                                            fmt::join(daemon.addresses(), ", "));
    log.write({.event = "daemon.reload", .message = message});
  } catch (const Error& error) {
    const std::string message = "the settings stay as they are: " + error.message();
    log.write({.level = LogLevel::error, .event = "daemon.reload", .message = message});
  }
}

// Serves until SIGTERM or SIGINT.
void serve(Daemon& daemon, const Flags& flags, const DaemonLog& log, const sigset_t& signals) {
  while (true) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) return;
    reload(daemon, flags, log);
  }
}

// True when all is finished within `timeout`, without another SIGTERM or SIGINT.
bool drain(Daemon& daemon, const Clock& clock, Duration timeout, const sigset_t& signals) {
  const Deadline deadline = Deadline::after(clock, timeout);
  daemon.begin_drain();
  while (!daemon.wait_drained(drain_step)) {
    constexpr timespec at_once{};
    const int signal = sigtimedwait(&signals, nullptr, &at_once);
    if (signal == SIGTERM || signal == SIGINT) return false;
    if (deadline.has_passed(clock.now())) return false;
  }
  return true;
}

int run(const Flags& flags) {
  const Settings settings = read_settings(flags);
  if (flags.only_check_config) {
    check_daemon_settings(settings);
    fmt::print("the settings are right\n");
    return exit_done;
  }
  // Before any thread starts, so that all of them leave the signals to this one.
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const std::shared_ptr<Clock> clock = make_system_clock();
  DaemonLog log(clock, settings.log.level);
  Daemon daemon(settings, clock, log);
  fmt::print("nacred ready http={} pid={}\n", daemon.addresses().front(), getpid());
  std::fflush(stdout);

  serve(daemon, flags, log, signals);
  log.write({.event = "daemon.drain", .message = "finishing what runs"});
  const bool is_drained = drain(daemon, *clock, daemon.drain_timeout(), signals);
  if (!is_drained) {
    log.write({.level = LogLevel::warning,
               .event = "daemon.drain",
               .message = "requests are cut short: the time is up, or another signal came"});
    static_cast<void>(log.wait_written(log_timeout));
    // Destructors would wait for what does not end.
    _exit(exit_cut_short);
  }
  log.write({.event = "daemon.drain", .message = "all is finished"});
  // The log's destructor would wait for a reader of standard error that does not read.
  if (!log.wait_written(log_timeout)) _exit(exit_done);
  return exit_done;
}

int run_or_say_why(const Flags& flags) {
  try {
    return run(flags);
  } catch (const Error& error) {
    fmt::print(stderr, "nacred: {}\n", error.message());
    return error.code() == Errc::internal ? exit_cannot_bind : exit_bad_config;
  }
}

}  // namespace
}  // namespace nacre::server

int main(int argc, char** argv) {
  using namespace nacre::server;
  const FlagsOutcome outcome = parse_flags(argc, argv);
  std::fputs(outcome.out.c_str(), stdout);
  std::fputs(outcome.error.c_str(), stderr);
  if (!outcome.flags) return outcome.exit_code;
  if (outcome.flags->only_print_config_docs) {
    std::fputs(nacre::assembly::render_config_docs().c_str(), stdout);
    return exit_done;
  }
  try {
    return run_or_say_why(*outcome.flags);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "nacred: {}\n", failure.what());
    return exit_cannot_bind;
  }
}
