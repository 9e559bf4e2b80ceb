// What one origin rule says: which keys it serves, where it asks for them, and within which limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nacre/clock.hpp"
#include "nacre/options.hpp"

namespace nacre {

/// How an origin (scheme, host, port) is connected to. Rules that name the same origin share its
/// connections and limits, so they must give equal values here.
struct OriginConnectionOptions {
  /// Requests on their way to the origin at once. 1 to 4096.
  std::size_t max_concurrent = 64;

  /// Requests that wait for one of those places, first come, first served. One more is refused with
  /// saturated. 0 to 65536.
  std::size_t max_queued = 1024;

  /// Connections kept open between requests. 0 to 4096.
  std::size_t max_idle = 16;

  /// A connection idle for longer is closed. 1 ms to 1 h. Give less than the origin's own
  /// keep-alive timeout: a request that meets a closing connection is sent twice.
  Duration idle_timeout = std::chrono::seconds(15);

  /// A longer body is refused. 1 byte to 1 GiB.
  std::size_t max_body_bytes = std::size_t{16} << 20;

  /// Further attempts after one that failed to connect, was reset, or got 502, 503 or 504. 0 to 10.
  std::size_t max_retries = 1;

  /// The wait before a retry is random, from this up to three times the last wait. 1 ms to 1 min.
  Duration min_retry_delay = std::chrono::milliseconds(25);

  /// Upper bound of that wait. min_retry_delay to 1 min.
  Duration max_retry_delay = std::chrono::seconds(1);

  /// Retries as a share of requests, so that retries do not multiply the load of an origin in
  /// trouble; one a second is always granted. 0 to 1.
  double retry_budget = 0.1;

  /// How long the addresses of the host are remembered. 1 ms to 1 h.
  Duration dns_ttl = std::chrono::seconds(30);

  /// PEM file of the certificate authorities to trust. Empty: those of the system. https only.
  std::string ca_file{};

  friend bool operator==(const OriginConnectionOptions&, const OriginConnectionOptions&) = default;
};

/// A request header that the rule sets. The value is a template.
struct OriginHeader {
  std::string name{};
  std::string value{};
};

/// One rule. Templates hold {name} for what the match captured, and {{ for a brace.
struct OriginOptions {
  /// The keys this rule serves, whole. Segments are parted by ':'. {name} captures text within one
  /// segment, not empty, at most once a segment; {name*} at the end captures the rest, which may
  /// be empty. At most 8 captures.
  std::string match{};

  /// http or https URL template. Captures may stand in the path and the query only; they are
  /// percent-encoded there, {name*} keeps its '/'.
  std::string url{};

  /// Templates of the entry's tags.
  std::vector<std::string> tags{};

  /// Lifetimes of the entry and load_timeout, which bounds connecting, waiting and reading in sum.
  /// Its own tags and timeout are not used.
  Options entry{};

  /// Sent with each request.
  std::vector<OriginHeader> headers{};

  /// Names of headers that are passed on from the request that starts the load: traceparent,
  /// tracestate, x-request-id. No others: callers share the loaded value, so what changes the
  /// answer must be part of the key, and then `headers` can send it.
  std::vector<std::string> pass_headers{};

  /// Whether a value that has an ETag or Last-Modified is asked for with If-None-Match and
  /// If-Modified-Since.
  bool is_conditional = true;

  /// Whether a value is kept although the origin says no-store or private, as many frameworks do by
  /// default. Safe where the answer depends on the key alone.
  bool ignores_no_store = false;

  /// Whether Cache-Control: max-age of the origin may make the ttl shorter.
  bool respect_cache_control = false;

  OriginConnectionOptions connection{};
};

}  // namespace nacre
