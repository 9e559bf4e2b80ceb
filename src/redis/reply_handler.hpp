// The callback that is given a reply: a move-only function that keeps small captures in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nacre/outcome.hpp"
#include "resp/reply.hpp"

namespace nacre::redis {

/// Which connection something came from. A link that reconnects is a new one with a new id.
struct LinkIdentity {
  /// Never the same twice in a process. 0: none.
  std::uint64_t id = 0;

  /// Address::name() of the node. Valid as long as the call it is given to.
  std::string_view node{};

  /// Owner::number of the node.
  std::uint32_t node_number = 0;

  /// CLIENT TRACKING was confirmed before the first command: pushes for what this link reads come
  /// on this link, in wire order with its replies.
  bool is_tracking = false;
};

/// What comes with a reply.
struct Answerer {
  /// The link the reply came on, or the one whose loss is the error. id 0: it was never written.
  LinkIdentity link{};

  /// The command as it was encoded: for one who has to send it elsewhere. Valid until the
  /// handler returns or calls execute(); empty when the error came before it was encoded.
  std::string_view command{};
};

/// Called exactly once, on an io thread, in wire order with the other replies and the pushes of its
/// link; must be quick and must not throw. The reply is valid during the call. An error reply of
/// the server is a value (reply.is_error()); an Error means that there is no reply:
///   command_timeout    the deadline passed, or the caller gave up; whether it was executed is
///                      unknown, unless the message says that it was never written
///   connection_lost    it was written and the link was lost: whether it was executed is unknown
///   connection_failed  it was never written: no connection, or the client is closed
///   saturated          it was never written: the queue is full
///   value_too_large, invalid_argument   the command cannot be encoded within the limits
///
/// Up to 48 bytes of captures are kept without an allocation.
class ReplyHandler {
 public:
  using Outcome = nacre::Outcome<resp::Reply>;

  ReplyHandler() noexcept = default;

  template <class Function>
    requires(!std::is_same_v<std::remove_cvref_t<Function>, ReplyHandler> &&
             std::is_invocable_v<std::remove_cvref_t<Function>&, const Outcome&, const Answerer&>)
  ReplyHandler(Function&& function) {
    using Kept = std::remove_cvref_t<Function>;
    if constexpr (fits<Kept>) {
      new (room_) Kept(std::forward<Function>(function));
      table_ = &inline_table<Kept>;
    } else {
      new (room_) std::unique_ptr<Kept>(std::make_unique<Kept>(std::forward<Function>(function)));
      table_ = &heap_table<Kept>;
    }
  }

  ReplyHandler(ReplyHandler&& other) noexcept { take(other); }
  ReplyHandler& operator=(ReplyHandler&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ReplyHandler(const ReplyHandler&) = delete;
  ReplyHandler& operator=(const ReplyHandler&) = delete;
  ~ReplyHandler() { reset(); }

  explicit operator bool() const noexcept { return table_ != nullptr; }

  /// Calls the function and lets go of it. Nothing when empty.
  void operator()(const Outcome& outcome, const Answerer& answerer) noexcept {
    ReplyHandler called = std::move(*this);
    if (called.table_ != nullptr) called.table_->call(called.room_, outcome, answerer);
  }

 private:
  static constexpr std::size_t room_bytes = 48;

  template <class Kept>
  static constexpr bool fits = sizeof(Kept) <= room_bytes && alignof(Kept) <= alignof(void*) &&
                               std::is_nothrow_move_constructible_v<Kept>;

  struct Table {
    void (*call)(void*, const Outcome&, const Answerer&);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void*) noexcept;
  };

  template <class Kept>
  static constexpr Table inline_table{
      [](void* at, const Outcome& outcome, const Answerer& answerer) {
        (*static_cast<Kept*>(at))(outcome, answerer);
      },
      [](void* from, void* to) noexcept {
        new (to) Kept(std::move(*static_cast<Kept*>(from)));
        static_cast<Kept*>(from)->~Kept();
      },
      [](void* at) noexcept { static_cast<Kept*>(at)->~Kept(); }};

  template <class Kept>
  static constexpr Table heap_table{[](void* at, const Outcome& outcome, const Answerer& answerer) {
                                      (**static_cast<std::unique_ptr<Kept>*>(at))(outcome,
                                                                                  answerer);
                                    },
                                    [](void* from, void* to) noexcept {
                                      using Owner = std::unique_ptr<Kept>;
                                      new (to) Owner(std::move(*static_cast<Owner*>(from)));
                                      static_cast<Owner*>(from)->~Owner();
                                    },
                                    [](void* at) noexcept {
                                      using Owner = std::unique_ptr<Kept>;
                                      static_cast<Owner*>(at)->~Owner();
                                    }};

  void take(ReplyHandler& other) noexcept {
    table_ = std::exchange(other.table_, nullptr);
    if (table_ != nullptr) table_->move(other.room_, room_);
  }
  void reset() noexcept {
    if (const Table* table = std::exchange(table_, nullptr)) table->destroy(room_);
  }

  const Table* table_ = nullptr;
  alignas(void*) std::byte room_[room_bytes];
};

}  // namespace nacre::redis
