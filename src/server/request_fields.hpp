// Reads what requests carry - keys, times, tags, counts - the same way wherever it stands: in the
// path, the query or a JSON body. Every failure names the field, its trouble and what is allowed.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nacre/clock.hpp"
#include "nacre/error.hpp"
#include "nacre/options.hpp"
#include "server/json_body.hpp"
#include "server/query_fields.hpp"

namespace nacre::server {

/// The key a path segment stands for. Throws Error invalid_key.
std::string read_path_key(std::string_view segment);

/// Checks a key that came as text. Throws Error invalid_key.
void check_request_key(std::string_view key);

/// A time such as "60" or "250ms". Throws Error invalid_argument.
Duration read_duration(std::string_view field, std::string_view text);

/// A whole number from `min` to `max`. Throws Error invalid_argument.
std::size_t read_count(std::string_view field, std::string_view text,
                       std::pair<std::size_t, std::size_t> min_and_max);

/// Names joined by commas. Throws Error invalid_argument for an empty one.
std::vector<std::string> read_list(std::string_view field, std::string_view text);

/// The options of a write: ttl, tags, swr, sie, as far as they are given.
Options read_write_options(const QueryFields& query);

/// An Error that says that `field` must be something else.
Error wrong_field(std::string_view field, std::string_view trouble, std::string_view allowed);

/// The members of one JSON object. Const after construction; the text outlives it.
class JsonFields final {
 public:
  /// Throws Error invalid_argument when `value` is no object or has a member that is not among
  /// `allowed`. `what` names the object in messages: "body", "entries[3]".
  JsonFields(JsonView value, std::string_view what, std::span<const std::string_view> allowed);

  bool has(std::string_view name) const noexcept { return find(name) != nullptr; }

  /// The member, or nullptr when absent.
  const JsonView* find(std::string_view name) const noexcept;

  // Each throws Error invalid_argument when the member has another type; nullopt when absent.
  std::optional<std::string> find_string(std::string_view name) const;
  std::optional<bool> find_boolean(std::string_view name) const;
  std::optional<Duration> find_duration(std::string_view name) const;

  /// 1 to `max_count` strings; absent: empty.
  std::vector<std::string> find_strings(std::string_view name, std::size_t max_count) const;

  /// The elements of an array with 1 to `max_count` of them. Throws when it is absent.
  std::vector<JsonView> array(std::string_view name, std::size_t max_count) const;

  /// The name as messages have it: "entries[3].ttl".
  std::string full_name(std::string_view name) const;

 private:
  std::string what_;
  std::vector<std::pair<std::string, JsonView>> members_;
};

/// The JSON object that is the body. Throws Error invalid_argument.
JsonFields read_json_body(std::string_view body, std::string_view content_type,
                          std::span<const std::string_view> allowed);

}  // namespace nacre::server
