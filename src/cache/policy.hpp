// Options after all layers have spoken: one value for each, checked.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/options.hpp"
#include "tier/entry.hpp"

namespace nacre {

class Random;

/// The options of one read or write. Every field has its final value; see nacre/options.hpp.
struct Policy {
  Duration ttl = std::chrono::seconds(60);
  Duration stale_while_revalidate{};
  Duration stale_if_error{};
  bool is_stale_if_error_given = false;  ///< else it follows the ttl
  Duration negative_ttl{};
  Duration sliding_ttl{};
  Duration max_ttl{};
  double ttl_jitter = 0.1;
  double refresh_ahead = 0;
  double early_refresh_beta = 0;
  Duration soft_load_timeout = std::chrono::milliseconds(50);
  Duration load_timeout = std::chrono::seconds(30);
  Duration error_backoff = std::chrono::seconds(10);
  Duration tier_timeout = std::chrono::milliseconds(500);
  WritePolicy write_policy = WritePolicy::best_effort;
  std::vector<std::string> tags{};
  std::optional<Duration> timeout{};
  std::stop_token stop{};
  bool is_reload = false;

  bool has_early_refresh() const noexcept { return refresh_ahead > 0 || early_refresh_beta > 0; }
};

/// Throws Error: invalid_argument for an option out of range; names it and what is allowed.
void check_options(const Options& options);

/// `farther` with what `nearer` says otherwise; tags of both.
Options overlay(const Options& farther, const Options& nearer);

/// Defaults and prefix rules of one cache. Const after construction, so thread safe.
class PolicyRules {
 public:
  /// Throws Error: invalid_argument.
  PolicyRules(Options defaults, std::vector<PrefixRule> rules);

  /// The policy of `key` for a call with these options, which are checked. O(rules).
  Policy resolve(std::string_view key, const Options& call) const;

  /// True when some key may be refreshed before its time, so that a hit has to be looked at.
  bool may_refresh_early() const noexcept { return may_refresh_early_; }

 private:
  const Options& options_for(std::string_view key) const noexcept;

  Options defaults_;
  std::vector<PrefixRule> rules_;  // each with the defaults laid under it; longest prefix first
  bool may_refresh_early_ = false;
};

/// True when `call` itself asks for refreshing before expiry.
bool asks_for_early_refresh(const Options& call) noexcept;

/// The final policy of `options`, where what is given nowhere has its documented default.
Policy policy_of(const Options& options);

/// `policy` with what a loader's answer says otherwise. Throws Error: invalid_argument.
Policy adapt(const Policy& policy, const Options& answer);

/// The times of an entry that begins to be fresh at `now`, its ttl made longer by jitter.
Lifetime lifetime_of(const Policy& policy, bool is_negative, TimePoint loaded_at, TimePoint now,
                     Random& random);

}  // namespace nacre
