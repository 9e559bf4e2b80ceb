// What an error reply means to a client, read from its first word.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "nacre/error.hpp"
#include "resp/reply.hpp"

namespace nacre::redis {

enum class ServerError : std::uint8_t {
  other,
  ask,
  busy,  ///< a script runs; also BUSYKEY is not this
  cluster_down,
  cross_slot,
  exec_abort,
  loading,
  master_down,
  misconf,
  moved,
  no_auth,
  no_perm,
  no_proto,
  no_replicas,
  no_script,
  out_of_memory,
  read_only,
  try_again,
  unblocked,
  unknown_command,  ///< "ERR unknown command ...": an older server, or one that is no Redis
  wrong_pass,
  wrong_type,
};

/// Of the text of an error reply.
ServerError server_error_of(std::string_view text) noexcept;

/// What MOVED and ASK say: "MOVED 3999 127.0.0.1:6381".
struct Redirect {
  std::uint16_t slot = 0;
  std::string_view host{};  ///< empty: the host that was asked; without brackets
  std::uint16_t port = 0;
};

/// Of the text of a MOVED or ASK error; nullopt when it is malformed (slot over 16383, no port).
std::optional<Redirect> redirect_of(std::string_view text) noexcept;

/// True when the command was not executed and may be sent again after a while: LOADING,
/// MASTERDOWN, CLUSTERDOWN, TRYAGAIN.
bool is_transient(ServerError error) noexcept;

/// The reply as the Error that a caller of nacre sees: connection_failed for what the server cannot
/// serve now, forbidden for NOAUTH, WRONGPASS and NOPERM, saturated for OOM, unsupported_in_cluster
/// for CROSSSLOT, script_execution_failed for what `is_script` raised, invalid_argument otherwise.
/// Holds the code and the first 200 bytes of the text, control characters escaped.
Error error_from(resp::Reply reply, bool is_script = false);

}  // namespace nacre::redis
