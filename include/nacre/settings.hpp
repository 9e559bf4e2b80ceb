// The configuration of nacre as values: what nacre.toml, the environment and flags may set.
//
//   nacre::Settings settings = nacre::load_settings(
//       {.file_name = "nacre.toml", .file_text = text, .flags = {"cache.ttl=5m"}});
//   nacre::Caches caches(settings);             // nacre/caches.hpp
//
// The nearer source wins: flags, environment, file, defaults. Names, ranges, defaults and
// environment names of all settings come from one table; docs/configuration.md is made from it.
// A plain number for a time is seconds, for a size bytes; a string carries its unit ("250ms",
// "16MiB"). All of it are plain values: copy them, compare what they render to, change them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nacre/clock.hpp"
#include "nacre/error.hpp"
#include "nacre/log.hpp"
#include "nacre/options.hpp"
#include "nacre/remote_options.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// Section [server]: where nacred listens, whom it trusts, and what one peer may ask of it.
struct ServerSettings {
  /// Each HOST:PORT, the host an IP address (IPv6 in brackets) or localhost. Port 0 picks a free
  /// one. An address other than loopback needs a bearer token.
  std::vector<std::string> listen{"127.0.0.1:3000"};

  /// Names a Host field may have besides the addresses of `listen` and localhost.
  std::vector<std::string> allowed_hosts{};

  /// Web origins whose pages may call the API, as "https://console.example".
  std::vector<std::string> allowed_origins{};

  /// File with the token that callers must send; empty for none. Read by read_secret_file().
  std::string bearer_token_file{};

  std::size_t threads = 0;  ///< 0: one for each core
  std::size_t max_head_bytes = 16 * 1024;
  std::size_t max_head_fields = 100;
  std::size_t max_url_bytes = 8 * 1024;
  std::size_t max_body_bytes = 17 * 1024 * 1024;
  std::size_t max_connections = 10'000;
  std::size_t max_connections_per_address = 256;
  Duration head_timeout = std::chrono::seconds(5);
  std::size_t min_body_rate = 1024;  ///< bytes per second
  Duration idle_timeout = std::chrono::seconds(60);
  std::size_t max_pipelined = 1024;
  std::size_t max_unread_bytes = 8 * 1024 * 1024;
  Duration drain_timeout = std::chrono::seconds(10);
  bool access_log = true;
  bool production = false;  ///< also NACRE_ENV=production
  bool allow_flush_in_production = false;
};

/// Section [log].
struct LogSettings {
  LogLevel level = LogLevel::info;  ///< also LOG_LEVEL
};

/// Sections [memory] and [caches.NAME.memory].
struct MemorySettings {
  std::size_t max_bytes = std::size_t{256} << 20;
  std::size_t max_entries = 0;  ///< 0: as many as fit max_bytes
  std::size_t max_value_bytes = std::size_t{16} << 20;
};

/// Section [loads]: limits of the loads of all caches that share memory.
struct LoadSettings {
  std::size_t max_running = 1024;
  std::size_t max_waiters = 65'536;  ///< for one load
  std::size_t max_threads = 32;      ///< for loaders and listeners that block
};

/// Sections [cache] (named "default") and [caches.NAME].
struct CacheSettings {
  std::string name = "default";

  /// Default "app"; for [caches.NAME] NAME. No two caches may have the same.
  std::string namespace_name = "app";

  /// After loading, [caches.NAME] has the options of [cache] where it gives none itself.
  Options defaults{};

  /// [[cache.rule]], [[caches.NAME.rule]].
  std::vector<PrefixRule> rules{};

  /// Memory of its own. Absent: shares that of [memory] with the other caches.
  std::optional<MemorySettings> memory{};
};

/// One of [[origin]]: keys that nacred loads by HTTP GET when they are not in the cache. The first
/// rule that matches a key is used. Texts with captures write a brace as {{ or }}.
struct OriginSettings {
  /// Which keys: segments divided by `:`, with {name} for the text of one segment (or of its
  /// middle) and {name*} at the end for the rest. At most 8 captures.
  std::string match{};

  /// What is asked, http or https; captures of `match` in its path and query.
  std::string url{};

  /// Nearer than those of the cache. Its load_timeout is the setting `timeout`, its
  /// soft_load_timeout `soft_timeout`; it has no tags.
  Options options{};

  /// Tags of the entries, with captures of `match`.
  std::vector<std::string> tags{};

  std::size_t retries = 1;    ///< after the first request
  double retry_budget = 0.1;  ///< retries as a share of requests
  Duration min_retry_delay = std::chrono::milliseconds(25);
  Duration max_retry_delay = std::chrono::seconds(1);
  std::size_t max_concurrent = 64;
  std::size_t max_queued = 1024;  ///< requests that wait for one of max_concurrent
  std::size_t max_idle = 16;      ///< connections kept open
  Duration idle_timeout = std::chrono::seconds(15);
  Duration dns_ttl = std::chrono::seconds(30);
  std::size_t max_body_bytes = std::size_t{16} << 20;
  bool conditional = true;
  bool respect_cache_control = false;  ///< max-age may make the ttl shorter

  /// Fields of the request that starts the load, passed on: traceparent, tracestate, x-request-id.
  std::vector<std::string> pass_headers{};

  using NamedTexts = std::vector<std::pair<std::string, std::string>>;
  NamedTexts headers{};       ///< sent with each request, values with captures of `match`
  NamedTexts header_files{};  ///< the same for secrets, values from files (read_secret_file)

  std::string ca_file{};  ///< certificates to trust instead of the system's; https only
};

/// Everything that can be configured.
struct Settings {
  ServerSettings server{};
  LogSettings log{};
  MemorySettings memory{};
  RemoteOptions remote{};  ///< section [remote]; without a url there is no remote tier
  LoadSettings loads{};
  CacheSettings cache{};
  std::vector<CacheSettings> caches{};
  std::vector<OriginSettings> origins{};
};

/// Where settings come from, as texts: nothing is read from outside.
struct SettingsSource {
  /// For messages.
  std::string file_name = "nacre.toml";

  /// TOML 1.0. At most 1 MiB. Empty: no file.
  std::string file_text{};

  /// Names and values. Those that do not begin with NACRE_ and are not PORT, LOG_LEVEL or REDIS_URL
  /// are ignored.
  std::vector<std::pair<std::string, std::string>> environment{};

  /// Each "section.name=value": "server.listen=127.0.0.1:0", "caches.sessions.ttl=30m".
  std::vector<std::string> flags{};
};

/// One thing that is wrong with a source.
struct SettingsProblem {
  std::string place{};    ///< "nacre.toml:7:1", "environment NACRE_CACHE_TTL", "flag cache.ttl"
  std::string setting{};  ///< "cache.ttl"; empty when it is not one setting
  std::string problem{};  ///< what is wrong
  std::string allowed{};  ///< what is allowed; may be empty

  /// One line: place: setting: problem; allowed: ...
  std::string message() const;
};

/// All that is wrong, not the first thing only. Its code is invalid_argument, its message one line
/// for each problem.
class SettingsError : public Error {
 public:
  explicit SettingsError(std::vector<SettingsProblem> problems);

  /// At least one, at most 100.
  const std::vector<SettingsProblem>& problems() const noexcept { return problems_; }

 private:
  std::vector<SettingsProblem> problems_;
};

/// The settings of `source` over the defaults, checked as a whole. Throws SettingsError.
Settings load_settings(const SettingsSource& source);

/// The file `path` (empty: none), the environment of this process, and `flags`.
/// Throws Error: invalid_argument when the file cannot be read or is larger than 1 MiB.
SettingsSource read_settings_source(const std::string& path, std::vector<std::string> flags = {});

/// What the file `path` holds, without white space around it. Throws Error: invalid_argument when
/// it cannot be read, is not a regular file, may be read by everybody or written by its group
/// (allowed: mode 0600 or 0640), or does not hold one line of 16 to 4096 printable bytes.
std::string read_secret_file(const std::string& path);

/// All settings as JSON, for the admin API and `nacre config check`. Durations and sizes are texts
/// with units, as nacre.toml takes them. Secrets are withheld: values of headers, passwords and
/// queries of URLs.
std::string render_settings_json(const Settings& settings);

/// Names of the settings that differ and take effect only when the program starts, as
/// "server.listen". What a reload must refuse.
std::vector<std::string> changes_needing_restart(const Settings& running, const Settings& wanted);

}  // namespace nacre
#pragma GCC visibility pop
