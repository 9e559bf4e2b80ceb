#include "cache/option_advisor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text_units.hpp"
#include "cache/policy.hpp"

namespace nacre {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

void advise_on_lifetimes(const Options& options, const Policy& policy, std::vector<Advice>& all) {
  if (policy.sliding_ttl > Duration(0) && !options.max_ttl) {
    all.push_back({"sliding_ttl",
                   "without max_ttl an entry that is read often enough is never loaded again"});
  }
  if (policy.sliding_ttl > Duration(0) && policy.max_ttl < policy.sliding_ttl) {
    all.push_back({"max_ttl", fmt::format("is less than sliding_ttl, so that no entry is fresh for "
                                          "longer than {}",
                                          format_duration(policy.max_ttl))});
  }
  if (policy.negative_ttl > policy.ttl) {
    all.push_back({"negative_ttl",
                   "is more than ttl: what is made after it was asked for stays "
                   "unseen for longer than what is changed"});
  }
  constexpr Duration long_ttl = minutes(1);
  if (policy.ttl_jitter == 0 && policy.ttl >= long_ttl) {
    all.push_back({"ttl_jitter",
                   "is 0: entries that are filled together expire together and are "
                   "loaded together"});
  }
}

void advise_on_stale(const Options& options, const Policy& policy, std::vector<Advice>& all) {
  // The defaults of a short ttl are like that, too; only who chose one of them can do better.
  const bool is_chosen = options.stale_if_error || options.error_backoff;
  if (is_chosen && policy.stale_if_error > Duration(0) &&
      policy.stale_if_error < policy.error_backoff) {
    all.push_back({"stale_if_error",
                   "is less than error_backoff: the stale value is gone before "
                   "the origin is asked again"});
  }
  const bool has_stale =
      policy.stale_if_error > Duration(0) || policy.stale_while_revalidate > Duration(0);
  if (options.soft_load_timeout && !has_stale) {
    all.push_back({"soft_load_timeout",
                   "has no effect: with stale_if_error and "
                   "stale_while_revalidate 0 there is no stale value to "
                   "serve"});
  }
}

void advise_on_loads(const Policy& policy, std::vector<Advice>& all) {
  if (policy.soft_load_timeout >= policy.load_timeout) {
    all.push_back({"soft_load_timeout",
                   "is not less than load_timeout: a slow load fails before "
                   "the stale value is served"});
  }
  if (policy.tier_timeout >= policy.load_timeout) {
    all.push_back({"tier_timeout",
                   "is not less than load_timeout: a slow tier takes longer than "
                   "the load it should save"});
  }
  if (policy.refresh_ahead > 0 && policy.ttl < seconds(1)) {
    all.push_back({"refresh_ahead", "with a ttl below 1s refreshes nearly all the time"});
  }
  if (policy.refresh_ahead > 0 && policy.early_refresh_beta > 0) {
    all.push_back({"early_refresh_beta",
                   "is given together with refresh_ahead; one of them is "
                   "enough"});
  }
}

}  // namespace

std::vector<Advice> advise(const Options& options) {
  const Policy policy = policy_of(options);
  std::vector<Advice> all;
  advise_on_lifetimes(options, policy, all);
  advise_on_stale(options, policy, all);
  advise_on_loads(policy, all);
  return all;
}

std::vector<Advice> advise_beyond(const Options& base, const Options& options) {
  const std::vector<Advice> said = advise(base);
  std::vector<Advice> all = advise(options);
  std::erase_if(all, [&said](const Advice& advice) {
    return std::find(said.begin(), said.end(), advice) != said.end();
  });
  return all;
}

std::vector<Advice> advise(const MemoryOptions& memory, std::uint64_t max_value_bytes,
                           std::uint64_t memory_bytes) {
  std::vector<Advice> all;
  if (memory_bytes > 0 && memory.max_bytes > memory_bytes) {
    all.push_back(
        {"max_bytes", fmt::format("{} is more than the {} this machine gives",
                                  format_bytes(memory.max_bytes), format_bytes(memory_bytes))});
  }
  constexpr std::uint64_t least_values = 8;  // fewer, and one value pushes out most of the rest
  if (max_value_bytes > memory.max_bytes / least_values) {
    all.push_back({"max_value_bytes", fmt::format("{} is more than an eighth of max_bytes: one "
                                                  "value can push out most of the others",
                                                  format_bytes(max_value_bytes))});
  }
  return all;
}

std::vector<Advice> advise(const CacheOptions& options, std::uint64_t memory_bytes) {
  std::vector<Advice> all = advise(options.defaults);
  for (std::size_t index = 0; index < options.rules.size(); ++index) {
    const PrefixRule& rule = options.rules[index];
    for (Advice& advice :
         advise_beyond(options.defaults, overlay(options.defaults, rule.options))) {
      advice.subject = fmt::format("rules[{}] ({}): {}", index, rule.prefix, advice.subject);
      all.push_back(std::move(advice));
    }
  }
  for (Advice& advice : advise(options.memory, options.max_value_bytes, memory_bytes)) {
    all.push_back(std::move(advice));
  }
  return all;
}

}  // namespace nacre
