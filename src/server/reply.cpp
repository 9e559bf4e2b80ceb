#include "server/reply.hpp"

#include "nacre/error.hpp"
#include "server/error_response.hpp"

namespace nacre::server {

ReplyMailbox::ReplyMailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

void ReplyMailbox::deliver(ReplyAddress address, Response response) {
  MutexLock lock(mutex_);
  if (!wake_) return;
  letters_.push_back({address, std::move(response)});
  // Under the lock, so that close() can promise that no call follows it. `wake_` only posts.
  if (letters_.size() == 1) wake_();
}

std::vector<ReplyMailbox::Letter> ReplyMailbox::take() {
  MutexLock lock(mutex_);
  return std::exchange(letters_, {});
}

void ReplyMailbox::close() {
  MutexLock lock(mutex_);
  wake_ = nullptr;
  letters_.clear();
}

void ReplyMailbox::begin_direct(ReplyAddress address, Response& response) noexcept {
  direct_address_ = address;
  direct_response_ = &response;
  // Relaxed: only equality with the reader's own id matters, which this thread alone can store.
  direct_thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

bool ReplyMailbox::end_direct() noexcept {
  direct_thread_.store(std::thread::id(), std::memory_order_relaxed);
  return std::exchange(direct_response_, nullptr) == nullptr;
}

bool ReplyMailbox::try_direct(ReplyAddress address, Response& response) noexcept {
  if (direct_thread_.load(std::memory_order_relaxed) != std::this_thread::get_id()) return false;
  if (direct_response_ == nullptr || direct_address_ != address) return false;
  *direct_response_ = std::move(response);
  direct_response_ = nullptr;
  return true;
}

Reply::~Reply() {
  if (mailbox_) send(error_response(Error(Errc::internal, "the request was given up")));
}

void Reply::send(Response response) {
  const std::shared_ptr<ReplyMailbox> mailbox = std::move(mailbox_);
  mailbox_.reset();
  if (mailbox->try_direct(address_, response)) return;
  mailbox->deliver(address_, std::move(response));
}

}  // namespace nacre::server
