// Lua scripts: named by the SHA1 of their text, sent once to each node that does not know them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "redis/client.hpp"

namespace nacre::redis {

/// A script and its name for EVALSHA. Const after construction; the views of its calls live as
/// long as it does.
class Script {
 public:
  /// Keeps a copy of `text`. Throws Error internal when there is no SHA1.
  explicit Script(std::string_view text);

  const std::string& text() const noexcept { return text_; }

  /// 40 hexadecimal digits, small letters.
  const std::string& sha1() const noexcept { return sha1_; }

 private:
  std::string text_;
  std::string sha1_;
};

/// Runs `script` with `keys`, all of one slot, and `arguments`, on the node that owns the first
/// key (or that `route` names). On NOSCRIPT loads it into that node and runs it once more, in one
/// write. `route` says the deadline, the idempotence and the cancellation; its arguments are not
/// looked at. `client` and `script` must outlive the call. Costs the server about 3 GETs.
void run_script(Client& client, const Script& script, std::span<const std::string_view> keys,
                std::span<const std::string_view> arguments, const Request& route,
                ReplyHandler handler);

}  // namespace nacre::redis
