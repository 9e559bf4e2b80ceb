#include "nacre/error.hpp"

#include <cstddef>
#include <iterator>

namespace nacre {
namespace {

constexpr ErrcRow rows[] = {
    {Errc::connection_failed, "cache.connection_failed", 503,
     "There is no connection to the remote, or it cannot serve this now; nothing was done."},
    {Errc::connection_lost, "cache.connection_lost", 503,
     "The connection was lost before the answer came; whether it was done is unknown."},
    {Errc::command_timeout, "cache.command_timeout", 504,
     "The remote did not answer in time; whether it was done is unknown."},
    {Errc::load_timeout, "cache.load_timeout", 504,
     "The loader did not answer within the load timeout or the caller's deadline."},
    {Errc::load_failed, "cache.load_failed", 502,
     "The loader failed and no stale value may be served in its place."},
    {Errc::serialization_failed, "cache.serialization_failed", 500,
     "The value could not be encoded; nothing was stored."},
    {Errc::deserialization_failed, "cache.deserialization_failed", 500,
     "The stored bytes could not be decoded as the type that was asked for."},
    {Errc::invalid_key, "cache.invalid_key", 400,
     "A key is 1 to 1024 bytes of UTF-8 without control characters and does not begin with '~'."},
    {Errc::invalid_namespace, "cache.invalid_namespace", 400,
     "The namespace is empty, too long or has a character that is not allowed in one."},
    {Errc::invalid_argument, "cache.invalid_argument", 400,
     "An argument is missing, of the wrong type or out of its range."},
    {Errc::key_not_found, "cache.key_not_found", 404,
     "There is no entry for the key and no origin to ask."},
    {Errc::no_handler, "cache.no_handler", 404, "No route or rule serves this request."},
    {Errc::value_too_large, "cache.value_too_large", 413,
     "The value is larger than the configured limit; nothing was stored."},
    {Errc::script_execution_failed, "cache.script_execution_failed", 500,
     "A script failed in Redis; what it had written before stays."},
    {Errc::flush_disabled_in_production, "cache.flush_disabled_in_production", 403,
     "Flushing everything is switched off in production."},
    {Errc::unsupported_in_cluster, "cache.unsupported_in_cluster", 501,
     "A Cluster cannot do this: the keys of one operation are in several slots."},
    {Errc::shutdown_timeout, "cache.shutdown_timeout", 500,
     "Work was still running when the time for shutting down was over."},
    {Errc::saturated, "cache.saturated", 503, "A bounded queue is full; try again after a moment."},
    {Errc::unauthorized, "cache.unauthorized", 401, "The request has no valid credentials."},
    {Errc::forbidden, "cache.forbidden", 403, "The credentials do not allow this operation."},
    {Errc::internal, "cache.internal", 500, "A defect of nacre or a failure of the machine."},
};

constexpr bool rows_are_in_enum_order() {
  for (std::size_t index = 0; index < std::size(rows); ++index) {
    if (static_cast<std::size_t>(rows[index].code) != index) return false;
  }
  return true;
}

static_assert(rows_are_in_enum_order(), "a code's row is found by its number");
static_assert(static_cast<std::size_t>(Errc::internal) + 1 == std::size(rows),
              "every code has a row; internal is the last");

const ErrcRow& row_of(Errc code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return index < std::size(rows) ? rows[index] : rows[static_cast<std::size_t>(Errc::internal)];
}

}  // namespace

std::span<const ErrcRow> errc_table() noexcept {
  return rows;
}

std::string_view name_of(Errc code) noexcept {
  return row_of(code).name;
}

int http_status_of(Errc code) noexcept {
  return row_of(code).http_status;
}

std::optional<Errc> find_errc(std::string_view name) noexcept {
  for (const ErrcRow& row : rows) {
    if (row.name == name) return row.code;
  }
  return std::nullopt;
}

Error::Error(Errc code, const std::string& message, Details details)
    : std::runtime_error(message), code_(code), details_(std::move(details)) {}

}  // namespace nacre
