// What nacre throws, and the one table from error code to name, meaning and HTTP status.
//
// Expected outcomes (a miss, a stale value, "does not exist") are values, never errors: see
// nacre/lookup.hpp. An Error is what a caller could not plan for, or bad input.
//
//   try {
//     cache.set("", 1);
//   } catch (const nacre::Error& error) {
//     // error.code() == nacre::Errc::invalid_key, error.message() says what is allowed
//   }
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)
namespace nacre {

/// Why an operation failed. The wire name of each is "cache." and the enumerator's own name.
enum class Errc : std::uint8_t {
  connection_failed,
  connection_lost,
  command_timeout,
  load_timeout,
  load_failed,
  serialization_failed,
  deserialization_failed,
  invalid_key,
  invalid_namespace,
  invalid_argument,
  key_not_found,
  no_handler,
  value_too_large,
  script_execution_failed,
  flush_disabled_in_production,
  unsupported_in_cluster,
  shutdown_timeout,
  saturated,
  unauthorized,
  forbidden,
  internal,
};

/// One row of the table of error codes.
struct ErrcRow {
  Errc code{};
  std::string_view name{};     ///< wire name, for example "cache.invalid_key"
  int http_status = 500;       ///< what nacred answers
  std::string_view meaning{};  ///< one sentence for the caller: what happened, what to do
};

/// All codes, in the order of the enum. The data has static storage.
std::span<const ErrcRow> errc_table() noexcept;

/// Wire name of `code`.
std::string_view name_of(Errc code) noexcept;

/// HTTP status of `code`.
int http_status_of(Errc code) noexcept;

/// The code with this wire name, or nullopt.
std::optional<Errc> find_errc(std::string_view name) noexcept;

/// The one exception type of nacre. Copyable; carries no secret and never a whole value.
class Error : public std::runtime_error {
 public:
  /// Named facts for programs, in the order given: {"field", "ttl"}, {"allowed", "1ms to 10y"}.
  using Details = std::vector<std::pair<std::string, std::string>>;

  Error(Errc code, const std::string& message, Details details = {});

  Errc code() const noexcept { return code_; }

  /// For people: names the field, the value's trouble and what is allowed.
  std::string message() const { return what(); }

  const Details& details() const noexcept { return details_; }

 private:
  Errc code_;
  Details details_;
};

}  // namespace nacre
#pragma GCC visibility pop
