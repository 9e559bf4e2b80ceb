// The metrics of one origin.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/metrics.hpp"

namespace nacre {

/// Why a request failed in the end; the label `reason`.
enum class OriginFailure : std::uint8_t {
  unresolved,  ///< the host has no address
  connect,     ///< no connection
  tls,         ///< the peer could not be verified
  reset,       ///< the connection ended too early
  malformed,   ///< no HTTP, or over a limit of the head
  too_large,   ///< body over max_body_bytes
  status,      ///< an answer that is no value
  content,     ///< a value that is not what its Content-Type says
  timeout,
  cancelled,  ///< nobody waited any more
  saturated,  ///< no place in the queue
};
inline constexpr std::size_t origin_failure_count = 11;

/// The value of the label: the enumerator's own name.
const char* name_of(OriginFailure failure) noexcept;

/// References into a registry, which must outlive them. Thread safe.
struct OriginFigures {
  /// Registers nacre_origin_* with the label origin="http://host:port".
  OriginFigures(MetricsRegistry& metrics, const std::string& origin);

  void count_failure(OriginFailure failure) const noexcept {
    failures[static_cast<std::size_t>(failure)]->add();
  }

  StripedCounter& requests;
  StripedCounter& retries;
  StripedCounter& connects;
  Histogram& latency;
  Gauge& in_flight;
  Gauge& queued;
  Gauge& idle_connections;
  std::array<StripedCounter*, origin_failure_count> failures{};
};

}  // namespace nacre
