#include "http/response_meaning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/utf8.hpp"
#include "codec/json_tape.hpp"
#include "http/cache_control.hpp"
#include "nacre/error.hpp"

namespace nacre {
namespace {

// What a value that must not be kept is kept for: those who wait share it, nobody later gets it.
constexpr Duration shortest_ttl = std::chrono::milliseconds(1);

// Longer validators come back with every request: not worth it.
constexpr std::size_t max_validator_bytes = 1024;

// RFC 9110, section 8.3: without parameters, in lower case.
std::string media_type_of(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  std::string type(content_type);
  std::transform(type.begin(), type.end(), type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type;
}

Format format_of(const OriginResponse& response) {
  const std::string type = media_type_of(response.content_type);
  if (type == "application/json" || type.ends_with("+json")) return Format::json;
  // Text in another charset stays what it is: bytes.
  if (type.starts_with("text/") && is_valid_utf8(response.body)) return Format::text;
  return Format::raw;
}

std::string checked_validator(const std::string& value) {
  return value.size() <= max_validator_bytes ? value : std::string();
}

Validators validators_of(const OriginResponse& response) {
  return {.etag = checked_validator(response.etag),
          .last_modified = checked_validator(response.last_modified)};
}

Options entry_options(const OriginResponse& response, const ResponseTerms& terms) {
  Options options = terms.entry;
  const CacheControl control = parse_cache_control(response.cache_control);
  if ((control.is_no_store || control.is_private) && !terms.ignores_no_store) {
    options.ttl = options.max_ttl = shortest_ttl;
    options.stale_while_revalidate = options.stale_if_error = options.sliding_ttl = Duration(0);
    options.ttl_jitter = 0;
    return options;
  }
  if (terms.respects_max_age && (control.max_age || control.is_no_cache)) {
    const Duration age = parse_delta_seconds(response.age).value_or(Duration(0));
    const Duration left =
        control.is_no_cache ? shortest_ttl : std::max(*control.max_age - age, shortest_ttl);
    options.ttl = std::min(options.ttl.value_or(left), left);
  }
  return options;
}

ResponseMeaning failed(OriginFailure failure, const OriginResponse& response,
                       const ResponseTerms& terms, const std::string& trouble) {
  return {.outcome = Error(Errc::load_failed, fmt::format("{} {}", terms.origin, trouble),
                           {{"origin", terms.origin},
                            {"reason", name_of(failure)},
                            {"status", fmt::to_string(response.status)}}),
          .failure = failure};
}

ResponseMeaning value_of(const OriginResponse& response, const ResponseTerms& terms) {
  const std::string encoding = media_type_of(response.content_encoding);
  if (!encoding.empty() && encoding != "identity") {
    return failed(OriginFailure::content, response, terms,
                  "answered in a Content-Encoding although identity was asked for");
  }
  const Format format = format_of(response);
  if (format == Format::json) {
    try {
      const JsonTape checked(response.body);
    } catch (const Error& error) {
      return failed(
          OriginFailure::content, response, terms,
          fmt::format("answered what its Content-Type calls JSON and is not: {}", error.message()));
    }
  }
  return {.outcome =
              Loaded<Bytes>::shared(Value::from_bytes(response.body, format),
                                    entry_options(response, terms), validators_of(response))};
}

}  // namespace

ResponseMeaning meaning_of(const OriginResponse& response, const ResponseTerms& terms) {
  switch (response.status) {
    case 200:
    case 203:
      return value_of(response, terms);
    case 304:
      if (!terms.was_conditional) {
        return failed(OriginFailure::status, response, terms,
                      "answered 304 to a request without a condition");
      }
      return {.outcome = Loaded<Bytes>::not_modified(entry_options(response, terms),
                                                     validators_of(response))};
    case 404:
    case 410:
      return {.outcome = Loaded<Bytes>::absent(terms.entry)};
    default:
      break;
  }
  const bool is_redirect = response.status >= 300 && response.status < 400;
  return failed(OriginFailure::status, response, terms,
                fmt::format("answered {}{}", response.status,
                            is_redirect ? ", a redirect, which is never followed" : ""));
}

}  // namespace nacre
