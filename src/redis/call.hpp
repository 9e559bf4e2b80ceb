// A command to be executed, and how: where it goes, until when, and whether it may be sent twice.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "base/mutex.hpp"
#include "nacre/deadline.hpp"
#include "redis/reply_handler.hpp"

namespace nacre::redis {

/// Lets a caller leave before the reply has come. One for one or more calls; thread safe.
class Cancellation {
 public:
  /// Each call that carries this and has not been answered is answered with command_timeout, soon,
  /// on its io thread. A command that was written keeps its place in its link's ring; its reply is
  /// swallowed. Idempotent.
  void cancel();

  bool is_cancelled() const;

  /// For links: `wake` is called by cancel(), on its thread. Replaces what was set before; when it
  /// is cancelled already, `wake` is called at once.
  void on_cancel(std::function<void()> wake);

 private:
  mutable Mutex mutex_;
  bool is_cancelled_ NACRE_GUARDED_BY(mutex_) = false;
  std::function<void()> wake_ NACRE_GUARDED_BY(mutex_);
};

/// Which connection a call takes.
enum class Lane : std::uint8_t {
  shared,   ///< the data link, with everybody else: for all that is answered at once
  blocking  ///< a link of its own while it lasts: BLPOP, XREAD BLOCK, WAIT, a slow script
};

/// One command. The views are read during the call of execute() only.
struct Request {
  /// The command and its arguments, any bytes. Not empty, unless `encoded` is given.
  std::span<const std::string_view> arguments{};

  /// Instead of `arguments`: one whole command in RESP, as Answerer::command gives it.
  std::string_view encoded{};

  /// The key that decides the node in a Cluster. Empty: any primary. Ignored when `node` is given.
  std::string_view key{};

  /// The node that is asked, by Address::name(). Empty: the topology decides. Unknown to the
  /// topology: connection_failed.
  std::string_view node{};

  /// When the caller stops waiting. Never: after ConnectSettings::command_timeout.
  Deadline deadline{};

  /// Executing it twice does what executing it once does (GET, SET, DEL; not INCR, not PUBLISH, no
  /// script that compares): it may be sent again after a link was lost before its reply came.
  bool is_idempotent = false;

  /// It reads, and a replica's answer, which may be old, is good enough.
  bool is_replica_allowed = false;

  Lane lane = Lane::shared;

  /// Lets the caller give up. May be null.
  std::shared_ptr<Cancellation> cancellation{};
};

/// A command and who is told.
struct Call {
  Request request{};
  ReplyHandler handler{};
};

}  // namespace nacre::redis
