#include "http/origin_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "nacre/error.hpp"

namespace nacre {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::size_t max_tag_bytes = 256;
constexpr std::size_t max_tag_count = 64;
constexpr std::size_t max_header_count = 32;

// What only the client itself may set: framing, validators, and the host.
constexpr std::array<std::string_view, 18> reserved_headers{"host",
                                                            "connection",
                                                            "content-length",
                                                            "transfer-encoding",
                                                            "te",
                                                            "trailer",
                                                            "upgrade",
                                                            "expect",
                                                            "keep-alive",
                                                            "proxy-connection",
                                                            "if-none-match",
                                                            "if-modified-since",
                                                            "if-match",
                                                            "if-unmodified-since",
                                                            "if-range",
                                                            "range",
                                                            "content-range",
                                                            "accept-encoding"};

// They tell requests apart for people and change no answer, so a shared load may carry those of
// whichever caller started it.
constexpr std::array<std::string_view, 3> passable_headers{"traceparent", "tracestate",
                                                           "x-request-id"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

[[noreturn]] void refuse(std::string_view field, std::string_view trouble) {
  throw Error(Errc::invalid_argument, fmt::format("{}: {}", field, trouble),
              {{"field", std::string(field)}});
}

template <class T>
void check_range(std::string_view field, T value, T min, T max, std::string_view allowed) {
  if (!(value >= min && value <= max)) refuse(field, fmt::format("must be {}", allowed));
}

void check_connection(const OriginConnectionOptions& options) {
  using Size = std::size_t;
  constexpr Duration ms = milliseconds(1);
  check_range<Size>("max_concurrent", options.max_concurrent, 1, 4096, "1 to 4096");
  check_range<Size>("max_queued", options.max_queued, 0, 65536, "0 to 65536");
  check_range<Size>("max_idle", options.max_idle, 0, 4096, "0 to 4096");
  check_range<Duration>("idle_timeout", options.idle_timeout, ms, hours(1), "1ms to 1h");
  check_range<Size>("max_body_bytes", options.max_body_bytes, 1, Size{1} << 30, "1B to 1GiB");
  check_range<Size>("max_retries", options.max_retries, 0, 10, "0 to 10");
  check_range<Duration>("min_retry_delay", options.min_retry_delay, ms, minutes(1), "1ms to 1m");
  check_range<Duration>("max_retry_delay", options.max_retry_delay, options.min_retry_delay,
                        minutes(1), "min_retry_delay to 1m");
  check_range<double>("retry_budget", options.retry_budget, 0, 1, "0 to 1");
  check_range<Duration>("dns_ttl", options.dns_ttl, ms, hours(1), "1ms to 1h");
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

// RFC 9110, section 5.6.2, in lower case.
bool is_token(std::string_view name) {
  const auto is_allowed = [](char c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_allowed);
}

void check_header(const OriginHeader& header) {
  if (!is_token(header.name)) refuse("headers", "a name must be letters, digits and '-'");
  if (is_one_of(reserved_headers, header.name)) {
    refuse("headers", fmt::format("{} is set by nacre itself", header.name));
  }
  if (!is_header_value(header.value)) {
    refuse("headers", fmt::format("the value of {} must be printable ASCII", header.name));
  }
}

void check_passed(std::string_view name) {
  if (is_one_of(passable_headers, name)) return;
  refuse("pass_headers",
         fmt::format("{} would be one caller's, but the loaded value is shared by all; allowed are "
                     "traceparent, tracestate and x-request-id. Put what changes the answer into "
                     "the key, and send it with headers",
                     is_token(name) ? name : "a name"));
}

OriginOptions checked(OriginOptions options) {
  check_connection(options.connection);
  if (options.tags.size() > max_tag_count) refuse("tags", "at most 64 are allowed");
  if (options.headers.size() > max_header_count) refuse("headers", "at most 32 are allowed");
  for (OriginHeader& header : options.headers) {
    header.name = lower_case(header.name);
    check_header(header);
  }
  for (std::string& name : options.pass_headers) {
    name = lower_case(name);
    check_passed(name);
  }
  if (!options.connection.ca_file.empty() && !options.url.starts_with("https://")) {
    refuse("ca_file", "needs an https url");
  }
  return options;
}

}  // namespace

OriginRule::OriginRule(OriginOptions options)
    : options_(checked(std::move(options))),
      pattern_(options_.match),
      address_(parse_origin_url(options_.url).address),
      target_(parse_origin_url(options_.url).path_and_query, pattern_.names()) {
  for (const std::string& tag : options_.tags) tags_.emplace_back(tag, pattern_.names(), "tags");
  for (const OriginHeader& header : options_.headers) {
    headers_.push_back({header.name, PlainTemplate(header.value, pattern_.names(), "headers")});
  }
}

std::vector<std::string> OriginRule::tags(const Captures& captures) const {
  std::vector<std::string> tags;
  tags.reserve(tags_.size());
  for (const PlainTemplate& tag : tags_) {
    tags.push_back(tag.expand(captures));
    if (tags.back().empty() || tags.back().size() > max_tag_bytes) {
      throw Error(Errc::invalid_key, "key: would make a tag that is not 1 to 256 bytes long");
    }
  }
  return tags;
}

HeaderFields OriginRule::headers(const Captures& captures) const {
  HeaderFields fields;
  fields.reserve(headers_.size());
  for (const HeaderTemplate& header : headers_) {
    fields.emplace_back(header.name, header.value.expand(captures));
    if (!is_header_value(fields.back().second)) {
      throw Error(Errc::invalid_key, fmt::format("key: its part in the header {} must be printable "
                                                 "ASCII without spaces around it",
                                                 header.name));
    }
  }
  return fields;
}

bool OriginRule::passes_header(std::string_view name) const noexcept {
  return std::find(options_.pass_headers.begin(), options_.pass_headers.end(), name) !=
         options_.pass_headers.end();
}

OriginRules::OriginRules(std::vector<OriginOptions> options) {
  if (options.size() > max_rules) {
    refuse("origin", fmt::format("{} rules, at most {} are allowed", options.size(), max_rules));
  }
  rules_.reserve(options.size());
  for (OriginOptions& one : options) {
    const std::string name = fmt::format("origin[{}] ({})", rules_.size(), one.match);
    try {
      rules_.emplace_back(std::move(one));
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("{}: {}", name, error.message()), error.details());
    }
    const OriginRule& added = rules_.back();
    for (const OriginRule& other : rules_) {
      if (other.address() == added.address() &&
          other.options().connection != added.options().connection) {
        refuse("origin", fmt::format("the rules {} and {} share {} but give it other limits; "
                                     "write the same in both",
                                     other.options().match, added.options().match,
                                     added.address().to_string()));
      }
    }
  }
}

const OriginRule* OriginRules::find(std::string_view key) const noexcept {
  const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const OriginRule& rule) {
    return rule.find(key).has_value();
  });
  return found == rules_.end() ? nullptr : &*found;
}

}  // namespace nacre
