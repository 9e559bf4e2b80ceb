// Every option of a read or a write, with unit, range and default.
//
// An option may be given for the call, for a prefix of keys, and for the cache; the nearer one
// wins. An option that is given nowhere has the default named here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/clock.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// What a write or an invalidation does when the remote tier does not take it within tier_timeout.
enum class WritePolicy : std::uint8_t {
  best_effort,  ///< it is kept, and repeated until the remote has it; the call returns normally
  strict,       ///< the call fails with connection_failed or command_timeout. What was to be stored
                ///< is not, and the old value is invalid; an invalidation is repeated all the same
};

/// "best_effort" or "strict".
std::string_view name_of(WritePolicy policy) noexcept;

/// Options of one call, of a prefix rule, or of a whole cache. Values out of range are refused with
/// Error: invalid_argument, which names the option.
struct Options {
  /// How long a value is fresh. 1 ms to 10 years. Default 60 s.
  std::optional<Duration> ttl{};

  /// After ttl: how long the old value is still served at once while one load in the background
  /// replaces it. 0 (off) to 10 years. Default 0.
  std::optional<Duration> stale_while_revalidate{};

  /// After ttl: how long the old value is served when the load fails, or is slower than
  /// soft_load_timeout. 0 (off) to 10 years. Default 10 x ttl, at most 1 h.
  std::optional<Duration> stale_if_error{};

  /// How long "does not exist" is remembered. 0 (not at all) to 10 years. Default 0.
  std::optional<Duration> negative_ttl{};

  /// A hit makes the entry fresh for this long again, so that idle entries expire. It replaces ttl
  /// as the first lifetime. 0 (off) to 10 years. Default 0. Give max_ttl with it: without it an
  /// entry that is read often enough is never loaded again.
  std::optional<Duration> sliding_ttl{};

  /// Upper bound of what sliding_ttl may reach, counted from the load. 1 ms to 10 years.
  /// Default 10 years.
  std::optional<Duration> max_ttl{};

  /// Each ttl is made longer by a random share of it, 0 up to this, so that entries filled together
  /// do not expire together. 0 to 1. Default 0.1.
  std::optional<double> ttl_jitter{};

  /// A hit after this share of the ttl starts a load in the background. 0 (off) or 0.1 to 0.99.
  /// Default 0.
  std::optional<double> refresh_ahead{};

  /// Probabilistic early refresh: a hit starts a load in the background with a probability that
  /// grows towards expiry, the earlier the longer loads take. 1 is the published optimum, more is
  /// earlier. 0 (off) to 10. Default 0. Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic
  /// Cache Stampede Prevention", VLDB 2015.
  std::optional<double> early_refresh_beta{};

  /// With a stale value in hand, a load slower than this is no longer waited for: the stale value
  /// is served and the load goes on. 0 (never wait) to 1 h. Default 50 ms.
  std::optional<Duration> soft_load_timeout{};

  /// A load slower than this has failed with load_timeout; it is told to stop. 1 ms to 1 h.
  /// Default 30 s.
  std::optional<Duration> load_timeout{};

  /// After a failed load, how long the stale value is served without asking the origin again.
  /// 0 to 1 h. Default 10 s.
  std::optional<Duration> error_backoff{};

  /// How long a tier beyond memory may take before it is skipped. 1 ms to 1 min. Default 500 ms.
  std::optional<Duration> tier_timeout{};

  /// What happens when the remote tier cannot be reached. Default best_effort. For invalidations
  /// that of the key's rule or of the cache counts.
  std::optional<WritePolicy> write_policy{};

  /// How long this caller waits for an answer. A load that others wait for goes on.
  /// 0 to 1 h. Default: no limit of its own (load_timeout ends the wait).
  std::optional<Duration> timeout{};

  /// Names that the entry can be invalidated by. At most 64, each 1 to 256 bytes of UTF-8 without
  /// control characters. Tags of the call are added to those of the rule and the cache.
  std::vector<std::string> tags{};

  /// Stop waiting when this is asked to stop; the call then fails with load_failed. One given for
  /// the call replaces that of the rule or the cache.
  std::stop_token stop{};

  /// Load though there is a fresh value, and wait for what that load brings, which begins after the
  /// call does. Others are given the old value until then, and keep it when the load fails. For
  /// get_or_load, per call only.
  bool reload = false;
};

/// Options for all keys that begin with `prefix`. The longest matching prefix wins.
struct PrefixRule {
  std::string prefix{};
  Options options{};
};

}  // namespace nacre
#pragma GCC visibility pop
