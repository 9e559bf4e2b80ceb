// How much one peer may ask of an HTTP server: every buffer, count and wait has its limit here.
#pragma once

#include <chrono>
#include <cstddef>

#include "nacre/clock.hpp"

namespace nacre::server {

/// Limits of one server. A limit of zero means "nothing", never "unlimited". Const after start.
struct HttpLimits {
  /// Request line and fields together. 16 KiB is twice what browsers with many cookies send; more
  /// is answered with 431.
  std::size_t max_head_bytes = 16 * 1024;

  /// Field lines of one head. Browsers send about 20, proxies add about 10; more is a 431.
  std::size_t max_field_count = 100;

  /// The request target. Room for the longest key with each byte percent-encoded; more is a 414.
  std::size_t max_url_bytes = 8 * 1024;

  /// One body: the largest value (16 MiB) with room for JSON around it. More is a 413, given
  /// before the body is read when its length was announced.
  std::size_t max_body_bytes = 17 * 1024 * 1024;

  /// Connections of the whole server. One idle connection costs about 9 KiB.
  std::size_t max_connection_count = 10'000;

  /// Connections from one address that is not loopback, so that one peer cannot take all.
  std::size_t max_connections_per_address = 256;

  /// From the first byte of a head to its end. A head fits one packet; who needs longer is slow on
  /// purpose or gone.
  Duration head_timeout = std::chrono::seconds(5);

  /// The least a peer must send of a body, and take of a reply, per second on average. Slower than
  /// any link in use, faster than a peer that only wants to hold a connection.
  std::size_t min_transfer_bytes_per_second = 1024;

  /// What a transfer may stand still before its rate counts: several TCP retransmissions.
  Duration transfer_grace = std::chrono::seconds(5);

  /// How long a connection may stay open without a request.
  Duration idle_timeout = std::chrono::seconds(60);

  /// How long bytes are still read and dropped after the last reply, so that closing does not
  /// reset the connection before the peer has read it (RFC 9112 section 9.6).
  Duration linger_timeout = std::chrono::seconds(1);

  /// Requests of one connection that may be unanswered or unsent; then nothing more is read.
  std::size_t max_unread_reply_count = 1024;

  /// Bytes of replies one connection may leave unread; then nothing more is read.
  std::size_t max_unread_reply_bytes = 8 * 1024 * 1024;
};

}  // namespace nacre::server
