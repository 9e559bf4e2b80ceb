// The rules that say which keys have an origin, compiled: from a key to the request for it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/key_pattern.hpp"
#include "http/origin_address.hpp"
#include "http/origin_options.hpp"
#include "http/request_template.hpp"

namespace nacre {

/// Header fields of a request, in order.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

/// One rule, checked and compiled. Const after construction.
class OriginRule {
 public:
  /// Throws Error: invalid_argument, which names the field.
  explicit OriginRule(OriginOptions options);

  const OriginOptions& options() const noexcept { return options_; }
  const OriginAddress& address() const noexcept { return address_; }

  /// What the rule captures of `key`, or nullopt when it does not serve it. No allocation.
  std::optional<Captures> find(std::string_view key) const noexcept { return pattern_.find(key); }

  /// Path and query. Throws Error: invalid_key (a segment would be empty, "." or "..").
  std::string target(const Captures& captures) const { return target_.expand(captures); }

  /// Throws Error: invalid_key (a tag would be longer than 256 bytes).
  std::vector<std::string> tags(const Captures& captures) const;

  /// The rule's own headers. Throws Error: invalid_key (a value would not be printable ASCII).
  HeaderFields headers(const Captures& captures) const;

  /// Whether a header of the caller's request may be passed on. `name` in lower case.
  bool passes_header(std::string_view name) const noexcept;

 private:
  struct HeaderTemplate {
    std::string name{};
    PlainTemplate value;
  };

  OriginOptions options_;
  KeyPattern pattern_;
  OriginAddress address_;
  TargetTemplate target_;
  std::vector<PlainTemplate> tags_;
  std::vector<HeaderTemplate> headers_;
};

/// All rules in order: the first that matches serves the key. Const after construction.
class OriginRules {
 public:
  /// Chosen so that a key that no rule serves costs microseconds at most.
  static constexpr std::size_t max_rules = 1000;

  /// Throws Error: invalid_argument, which names the rule and the field; also for more than
  /// max_rules rules, and for rules of one origin that differ in `connection`.
  explicit OriginRules(std::vector<OriginOptions> options);

  /// The rule that serves `key`, or nullptr. No allocation. O(rules + key).
  const OriginRule* find(std::string_view key) const noexcept;

  std::span<const OriginRule> all() const noexcept { return rules_; }

 private:
  std::vector<OriginRule> rules_;
};

}  // namespace nacre
