// The right to answer one request, and the way an answer takes back to its connection.
//
// A request is answered by the handler before it returns, or later from any thread. Both go through
// Reply; the mailbox brings late answers to the thread that owns the connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.hpp"
#include "server/message.hpp"

namespace nacre::server {

/// Which request an answer belongs to. Never used twice.
struct ReplyAddress {
  std::uint64_t connection = 0;
  std::uint64_t request = 0;
  friend bool operator==(const ReplyAddress&, const ReplyAddress&) = default;
};

/// The answers that wait to be taken by one loop. Thread safe where it says so. In shared ownership
/// because a load may answer after its loop has gone; the answer is then dropped.
class ReplyMailbox final {
 public:
  struct Letter {
    ReplyAddress address{};
    Response response{};
  };

  /// `wake` is called, on the thread of whoever answers, when the box was empty: take() soon.
  explicit ReplyMailbox(std::function<void()> wake);

  /// Thread safe. Dropped when closed.
  void deliver(ReplyAddress address, Response response);

  /// Thread safe. Everything delivered so far.
  std::vector<Letter> take();

  /// Thread safe. After it returns, `wake` is not called any more.
  void close();

  /// Loop thread only. Until end_direct(), the answer to `address` given on this thread goes to
  /// `response` instead of the box.
  void begin_direct(ReplyAddress address, Response& response) noexcept;

  /// Loop thread only. True when the direct answer was given.
  bool end_direct() noexcept;

 private:
  friend class Reply;
  bool try_direct(ReplyAddress address, Response& response) noexcept;

  Mutex mutex_;
  std::vector<Letter> letters_ NACRE_GUARDED_BY(mutex_);
  std::function<void()> wake_ NACRE_GUARDED_BY(mutex_);

  // The thread inside begin_direct() and end_direct(). The members below belong to it.
  std::atomic<std::thread::id> direct_thread_{};
  ReplyAddress direct_address_{};
  Response* direct_response_ = nullptr;
};

/// Answers one request, once. Movable; may be used on any thread. Destroyed without an answer, it
/// answers 500 cache.internal.
class Reply final {
 public:
  Reply(std::shared_ptr<ReplyMailbox> mailbox, ReplyAddress address) noexcept
      : mailbox_(std::move(mailbox)), address_(address) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) = delete;
  ~Reply();

  /// False once it has answered or was moved from.
  bool is_pending() const noexcept { return mailbox_ != nullptr; }

  /// Gives the answer. Must be called at most once.
  void send(Response response);

 private:
  std::shared_ptr<ReplyMailbox> mailbox_;
  ReplyAddress address_;
};

}  // namespace nacre::server
