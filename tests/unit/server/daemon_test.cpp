// The daemon as a whole on loopback: settings in, answers out, reload and drain.
#include "server/daemon.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "server/flags.hpp"
#include "unit/server/wire.hpp"

namespace nacre::server::testing {
namespace {

using namespace std::chrono_literals;

Settings quiet_settings() {
  Settings settings;
  settings.server.listen = {"127.0.0.1:0"};
  settings.server.threads = 1;
  settings.server.access_log = false;
  settings.log.level = LogLevel::error;
  settings.memory.max_bytes = std::size_t{8} << 20;
  settings.memory.max_value_bytes = std::size_t{1} << 20;
  return settings;
}

std::uint16_t port_of(const Daemon& daemon) {
  const std::string& address = daemon.addresses().front();
  return static_cast<std::uint16_t>(std::atoi(address.substr(address.rfind(':') + 1).c_str()));
}

// A file only its owner may read, gone with this object.
class SecretFile {
 public:
  explicit SecretFile(const std::string& secret) : path_(::testing::TempDir() + "token_XXXXXX") {
    ::close(::mkstemp(path_.data()));
    write(secret);
  }
  ~SecretFile() { std::remove(path_.c_str()); }
  void write(const std::string& secret) { std::ofstream(path_) << secret << "\n"; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class DaemonTest : public ::testing::Test {
 protected:
  std::shared_ptr<Clock> clock_ = make_system_clock();
  DaemonLog log_{clock_, LogLevel::error};
};

TEST_F(DaemonTest, serves_the_caches_of_its_settings) {
  Settings settings = quiet_settings();
  settings.caches.push_back({.name = "sessions", .namespace_name = "sessions"});
  Daemon daemon(settings, clock_, log_);
  WireClient client(port_of(daemon));
  EXPECT_EQ(client.ask(body_request("PUT", "/api/cache/entries/k?cache=sessions", "1")).status,
            200);
  EXPECT_EQ(client.ask(get_request("/api/cache/k?cache=sessions")).status, 200);
  EXPECT_EQ(client.ask(get_request("/api/cache/k")).status, 404);
  EXPECT_NE(client.ask(get_request("/api/admin/config")).body.find("\"sessions\""),
            std::string::npos);
  EXPECT_NE(client.ask(get_request("/metrics")).body.find("cache_hits_total{cache=\"default\""),
            std::string::npos);
}

TEST_F(DaemonTest, keeps_values_through_a_reload) {
  Settings settings = quiet_settings();
  Daemon daemon(settings, clock_, log_);
  WireClient client(port_of(daemon));
  client.ask(body_request("PUT", "/api/cache/entries/k", "1"));
  settings.cache.defaults.ttl = 5s;
  settings.origins.push_back({.match = "o:{id}", .url = "http://127.0.0.1:9/{id}"});
  daemon.reload(settings);
  EXPECT_EQ(client.ask(get_request("/api/cache/k")).status, 200);
  EXPECT_NE(client.ask(get_request("/api/admin/explain?key=o:1")).body.find("\"o:{id}\""),
            std::string::npos);
  settings.origins.clear();
  daemon.reload(settings);
  EXPECT_EQ(client.ask(get_request("/api/admin/explain?key=o:1")).body.find("\"o:{id}\""),
            std::string::npos);
}

TEST_F(DaemonTest, refuses_a_reload_that_needs_a_restart_or_is_wrong) {
  Settings settings = quiet_settings();
  Daemon daemon(settings, clock_, log_);
  Settings restart = settings;
  restart.server.threads = 2;
  restart.cache.defaults.ttl = 5s;
  try {
    daemon.reload(restart);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("server.threads"), std::string::npos);
  }
  Settings wrong = settings;
  wrong.origins.push_back({.match = "o:{id}", .url = "http://127.0.0.1:9/{other}"});
  EXPECT_THROW(daemon.reload(wrong), Error);
  WireClient client(port_of(daemon));
  EXPECT_EQ(client.ask(get_request("/api/admin/config")).body, render_settings_json(settings));
}

TEST_F(DaemonTest, uses_new_limits_at_reload_for_open_connections_too) {
  Settings settings = quiet_settings();
  Daemon daemon(settings, clock_, log_);
  WireClient client(port_of(daemon));
  const std::string value = "\"" + std::string(2000, 'x') + "\"";
  EXPECT_EQ(client.ask(body_request("PUT", "/api/cache/entries/k", value)).status, 200);
  settings.server.max_body_bytes = 1024;
  settings.server.drain_timeout = 3s;
  daemon.reload(settings);
  EXPECT_EQ(daemon.drain_timeout(), 3s);
  EXPECT_EQ(client.ask(body_request("PUT", "/api/cache/entries/k", value)).status, 413);
}

TEST_F(DaemonTest, listens_elsewhere_after_a_reload_and_keeps_its_connections) {
  Settings settings = quiet_settings();
  Daemon daemon(settings, clock_, log_);
  const std::uint16_t before = port_of(daemon);
  WireClient old_client(before);
  EXPECT_EQ(old_client.ask(get_request("/health/live")).status, 200);
  settings.server.listen = {"localhost:0"};
  daemon.reload(settings);
  ASSERT_NE(port_of(daemon), before);
  WireClient new_client(port_of(daemon));
  EXPECT_EQ(new_client.ask(get_request("/health/live")).status, 200);
  EXPECT_EQ(old_client.ask(get_request("/health/live")).status, 200);
}

TEST_F(DaemonTest, keeps_all_settings_when_a_new_address_is_taken_or_open_to_all) {
  Settings settings = quiet_settings();
  Daemon daemon(settings, clock_, log_);
  const Daemon other(settings, clock_, log_);
  const std::vector<std::string> addresses = daemon.addresses();
  Settings wanted = settings;
  wanted.server.max_body_bytes = 1024;
  for (const std::string& listen : {other.addresses().front(), std::string("0.0.0.0:0")}) {
    wanted.server.listen = {"127.0.0.1:0", listen};
    EXPECT_THROW(daemon.reload(wanted), Error);
  }
  EXPECT_EQ(daemon.addresses(), addresses);
  WireClient client(port_of(daemon));
  EXPECT_EQ(client.ask(get_request("/api/admin/config")).body, render_settings_json(settings));
}

TEST_F(DaemonTest, takes_a_new_token_from_its_file_at_reload) {
  SecretFile token("first-token-0123456789");
  Settings settings = quiet_settings();
  settings.server.bearer_token_file = token.path();
  Daemon daemon(settings, clock_, log_);
  WireClient client(port_of(daemon));
  const std::string first = "Authorization: Bearer first-token-0123456789\r\n";
  const std::string second = "Authorization: Bearer second-token-0123456789\r\n";
  EXPECT_EQ(client.ask(get_request("/health", first)).status, 200);
  EXPECT_EQ(client.ask(get_request("/health")).status, 401);
  EXPECT_EQ(client.ask(get_request("/health/live")).status, 200);
  token.write("second-token-0123456789");
  daemon.reload(settings);
  EXPECT_EQ(client.ask(get_request("/health", first)).status, 401);
  EXPECT_EQ(client.ask(get_request("/health", second)).status, 200);
}

TEST_F(DaemonTest, does_not_listen_beyond_loopback_without_a_token) {
  Settings settings = quiet_settings();
  settings.server.listen = {"0.0.0.0:0"};
  try {
    const Daemon daemon(settings, clock_, log_);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    EXPECT_NE(error.message().find("server.bearer_token_file"), std::string::npos);
  }
}

TEST_F(DaemonTest, drains) {
  Daemon daemon(quiet_settings(), clock_, log_);
  WireClient client(port_of(daemon));
  EXPECT_EQ(client.ask(get_request("/health/ready")).status, 200);
  WireClient slow(port_of(daemon));
  slow.send("PUT /api/cache/entries/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n");
  WireClient other(port_of(daemon));
  EXPECT_EQ(other.ask(get_request("/health/ready")).status, 200);
  daemon.begin_drain();
  EXPECT_TRUE(client.is_closed_by_peer());
  slow.send("1");
  EXPECT_EQ(slow.receive(1).at(0).status, 200);
  EXPECT_TRUE(daemon.wait_drained(5s));
}

TEST_F(DaemonTest, checks_what_shows_only_with_files) {
  Settings settings = quiet_settings();
  EXPECT_NO_THROW(check_daemon_settings(settings));
  settings.server.bearer_token_file = "/nonexistent/token";
  EXPECT_THROW(check_daemon_settings(settings), Error);
  settings = quiet_settings();
  settings.origins.push_back({.match = "{", .url = "http://127.0.0.1:9/"});
  EXPECT_THROW(check_daemon_settings(settings), Error);
}

FlagsOutcome parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "nacred");
  return parse_flags(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Flags, become_settings) {
  const FlagsOutcome outcome = parse({"--config", "a.toml", "--listen", "127.0.0.1:1", "--listen",
                                      "[::1]:2", "--set", "cache.ttl=5m", "--check-config"});
  ASSERT_TRUE(outcome.flags);
  EXPECT_EQ(outcome.flags->config_path, "a.toml");
  EXPECT_TRUE(outcome.flags->only_check_config);
  EXPECT_EQ(outcome.flags->settings,
            (std::vector<std::string>{"cache.ttl=5m", "server.listen=127.0.0.1:1,[::1]:2"}));
  EXPECT_EQ(load_settings({.flags = outcome.flags->settings}).server.listen,
            (std::vector<std::string>{"127.0.0.1:1", "[::1]:2"}));
}

TEST(Flags, end_the_program_for_help_version_and_mistakes) {
  EXPECT_EQ(parse({"--help"}).exit_code, 0);
  EXPECT_NE(parse({"--help"}).out.find("--check-config"), std::string::npos);
  EXPECT_TRUE(parse({"--version"}).out.starts_with("nacred "));
  for (const char* wrong : {"--nope", "extra", "--listen"}) {
    EXPECT_FALSE(parse({wrong}).flags) << wrong;
    EXPECT_EQ(parse({wrong}).exit_code, 64) << wrong;
    EXPECT_NE(parse({wrong}).error, "") << wrong;
  }
}

}  // namespace
}  // namespace nacre::server::testing
