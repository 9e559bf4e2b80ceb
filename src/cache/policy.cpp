#include "cache/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/random.hpp"
#include "base/text_units.hpp"
#include "nacre/error.hpp"
#include "tier/freshness.hpp"
#include "tier/key.hpp"

namespace nacre {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr Duration ten_years = hours(24 * 3653);
constexpr Duration most_stale_if_error = hours(1);
constexpr int stale_if_error_factor = 10;
constexpr std::size_t max_rules = 1000;  // each miss looks at them one by one

struct DurationRange {
  const char* name;
  std::optional<Duration> Options::* option;
  Duration least;
  Duration most;
};

constexpr DurationRange duration_ranges[] = {
    {"ttl", &Options::ttl, milliseconds(1), ten_years},
    {"stale_while_revalidate", &Options::stale_while_revalidate, Duration(0), ten_years},
    {"stale_if_error", &Options::stale_if_error, Duration(0), ten_years},
    {"negative_ttl", &Options::negative_ttl, Duration(0), ten_years},
    {"sliding_ttl", &Options::sliding_ttl, Duration(0), ten_years},
    {"max_ttl", &Options::max_ttl, milliseconds(1), ten_years},
    {"soft_load_timeout", &Options::soft_load_timeout, Duration(0), hours(1)},
    {"load_timeout", &Options::load_timeout, milliseconds(1), hours(1)},
    {"error_backoff", &Options::error_backoff, Duration(0), hours(1)},
    {"tier_timeout", &Options::tier_timeout, milliseconds(1), minutes(1)},
    {"timeout", &Options::timeout, Duration(0), hours(1)},
};

struct ShareRange {
  const char* name;
  std::optional<double> Options::* option;
  double least;
  double most;
  bool may_be_zero;
};

constexpr ShareRange share_ranges[] = {
    {"ttl_jitter", &Options::ttl_jitter, 0, 1, true},
    {"refresh_ahead", &Options::refresh_ahead, 0.1, 0.99, true},
    {"early_refresh_beta", &Options::early_refresh_beta, 0, 10, true},
};

void check_durations(const Options& options) {
  for (const DurationRange& range : duration_ranges) {
    const std::optional<Duration>& value = options.*range.option;
    if (!value || (*value >= range.least && *value <= range.most)) continue;
    throw Error(Errc::invalid_argument,
                fmt::format("{} is out of range: allowed are {} to {}", range.name,
                            format_duration(range.least), format_duration(range.most)),
                {{"field", range.name}});
  }
}

void check_shares(const Options& options) {
  for (const ShareRange& range : share_ranges) {
    const std::optional<double>& value = options.*range.option;
    if (!value || (*value == 0 && range.may_be_zero)) continue;
    if (*value >= range.least && *value <= range.most) continue;  // false for NaN
    throw Error(Errc::invalid_argument,
                fmt::format("{} is out of range: allowed are 0 and {} to {}", range.name,
                            range.least, range.most),
                {{"field", range.name}});
  }
}

void check_tags(const std::vector<std::string>& tags) {
  if (tags.size() > max_tags_per_entry_count) {
    throw Error(Errc::invalid_argument,
                fmt::format("there are {} tags: allowed are at most {}", tags.size(),
                            max_tags_per_entry_count),
                {{"field", "tags"}});
  }
  for (const std::string& tag : tags) check_tag(tag);
}

// Options of a cache or a rule.
void check_standing(const Options& options) {
  check_options(options);
  if (!options.reload) return;
  throw Error(Errc::invalid_argument, "reload is for single calls: here it would cache nothing",
              {{"field", "reload"}});
}

template <class T>
void take(std::optional<T>& target, const std::optional<T>& nearer) {
  if (nearer) target = nearer;
}

void add_tags(std::vector<std::string>& tags, const std::vector<std::string>& more) {
  for (const std::string& tag : more) {
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
  }
}

Duration scaled(Duration length, double factor) noexcept {
  const double nanoseconds = static_cast<double>(length.count()) * factor;
  return nanoseconds >= static_cast<double>(ten_years.count())
             ? std::max(length, ten_years)
             : Duration(static_cast<Duration::rep>(nanoseconds));
}

Duration usual_stale_if_error(Duration ttl) noexcept {
  return std::min(scaled(ttl, stale_if_error_factor), most_stale_if_error);
}

}  // namespace

void check_options(const Options& options) {
  check_durations(options);
  check_shares(options);
  check_tags(options.tags);
}

Options overlay(const Options& farther, const Options& nearer) {
  Options result = farther;
  for (const DurationRange& range : duration_ranges) {
    take(result.*range.option, nearer.*range.option);
  }
  for (const ShareRange& range : share_ranges) take(result.*range.option, nearer.*range.option);
  take(result.write_policy, nearer.write_policy);
  add_tags(result.tags, nearer.tags);
  if (nearer.stop.stop_possible()) result.stop = nearer.stop;
  result.reload = nearer.reload;
  return result;
}

PolicyRules::PolicyRules(Options defaults, std::vector<PrefixRule> rules)
    : defaults_(std::move(defaults)), rules_(std::move(rules)) {
  check_standing(defaults_);
  if (rules_.size() > max_rules) {
    throw Error(Errc::invalid_argument,
                fmt::format("there are {} rules: allowed are at most {}", rules_.size(), max_rules),
                {{"field", "rules"}});
  }
  may_refresh_early_ = policy_of(defaults_).has_early_refresh();
  for (PrefixRule& rule : rules_) {
    check_standing(rule.options);
    rule.options = overlay(defaults_, rule.options);
    check_tags(rule.options.tags);
    may_refresh_early_ = may_refresh_early_ || policy_of(rule.options).has_early_refresh();
  }
  std::sort(rules_.begin(), rules_.end(), [](const PrefixRule& first, const PrefixRule& second) {
    return first.prefix.size() > second.prefix.size();
  });
}

const Options& PolicyRules::options_for(std::string_view key) const noexcept {
  for (const PrefixRule& rule : rules_) {
    if (key.starts_with(rule.prefix)) return rule.options;
  }
  return defaults_;
}

Policy PolicyRules::resolve(std::string_view key, const Options& call) const {
  check_options(call);
  const Options all = overlay(options_for(key), call);
  check_tags(all.tags);
  return policy_of(all);
}

bool asks_for_early_refresh(const Options& call) noexcept {
  return call.refresh_ahead.value_or(0) > 0 || call.early_refresh_beta.value_or(0) > 0;
}

Policy policy_of(const Options& options) {
  Policy policy;
  policy.sliding_ttl = options.sliding_ttl.value_or(Duration(0));
  policy.ttl = options.ttl.value_or(policy.ttl);
  if (policy.sliding_ttl > Duration(0)) policy.ttl = policy.sliding_ttl;
  policy.stale_while_revalidate = options.stale_while_revalidate.value_or(Duration(0));
  policy.is_stale_if_error_given = options.stale_if_error.has_value();
  policy.stale_if_error = options.stale_if_error.value_or(usual_stale_if_error(policy.ttl));
  policy.negative_ttl = options.negative_ttl.value_or(Duration(0));
  policy.max_ttl = options.max_ttl.value_or(ten_years);
  policy.ttl_jitter = options.ttl_jitter.value_or(policy.ttl_jitter);
  policy.refresh_ahead = options.refresh_ahead.value_or(0);
  policy.early_refresh_beta = options.early_refresh_beta.value_or(0);
  policy.soft_load_timeout = options.soft_load_timeout.value_or(policy.soft_load_timeout);
  policy.load_timeout = options.load_timeout.value_or(policy.load_timeout);
  policy.error_backoff = options.error_backoff.value_or(policy.error_backoff);
  policy.tier_timeout = options.tier_timeout.value_or(policy.tier_timeout);
  policy.write_policy = options.write_policy.value_or(policy.write_policy);
  policy.tags = options.tags;
  policy.timeout = options.timeout;
  policy.stop = options.stop;
  policy.is_reload = options.reload;
  return policy;
}

Policy adapt(const Policy& policy, const Options& answer) {
  check_options(answer);
  Policy adapted = policy;
  if (answer.ttl) adapted.ttl = *answer.ttl;
  if (answer.sliding_ttl) adapted.sliding_ttl = *answer.sliding_ttl;
  if (adapted.sliding_ttl > Duration(0)) adapted.ttl = adapted.sliding_ttl;
  if (answer.stale_while_revalidate)
    adapted.stale_while_revalidate = *answer.stale_while_revalidate;
  if (answer.stale_if_error) {
    adapted.stale_if_error = *answer.stale_if_error;
  } else if (!policy.is_stale_if_error_given) {
    adapted.stale_if_error = usual_stale_if_error(adapted.ttl);
  }
  if (answer.negative_ttl) adapted.negative_ttl = *answer.negative_ttl;
  if (answer.max_ttl) adapted.max_ttl = *answer.max_ttl;
  if (answer.ttl_jitter) adapted.ttl_jitter = *answer.ttl_jitter;
  add_tags(adapted.tags, answer.tags);
  check_tags(adapted.tags);
  return adapted;
}

Lifetime lifetime_of(const Policy& policy, bool is_negative, TimePoint loaded_at, TimePoint now,
                     Random& random) {
  const Duration base = is_negative ? policy.negative_ttl : policy.ttl;
  Duration ttl = base;
  if (policy.ttl_jitter > 0) ttl += scaled(base, policy.ttl_jitter * uniform01(random));
  if (policy.sliding_ttl > Duration(0) && !is_negative) ttl = std::min(ttl, policy.max_ttl);
  Lifetime lifetime{.loaded_at = loaded_at, .fresh_until = saturating_add(now, ttl)};
  if (!is_negative) {
    lifetime.stale_while_revalidate = policy.stale_while_revalidate;
    lifetime.stale_if_error = policy.stale_if_error;
  }
  return lifetime;
}

}  // namespace nacre
