#include "server/output_queue.hpp"

#include <utility>

namespace nacre::server {

std::string& OutputQueue::tail() {
  if (parts_.empty() || parts_.back().owner) parts_.emplace_back();
  return parts_.back().text;
}

void OutputQueue::append_shared(std::string_view bytes, std::shared_ptr<const void> owner) {
  if (bytes.size() < min_shared_bytes || !owner) {
    tail().append(bytes);
    return;
  }
  parts_.push_back(Part{.text = {}, .shared = bytes, .owner = std::move(owner)});
}

bool OutputQueue::is_empty() const noexcept {
  return size_bytes() == 0;
}

std::size_t OutputQueue::size_bytes() const noexcept {
  std::size_t total = 0;
  for (std::size_t index = first_part_index_; index < parts_.size(); ++index) {
    total += parts_[index].bytes().size();
  }
  return total - first_offset_bytes_;
}

std::size_t OutputQueue::gather(std::span<std::string_view> parts) const noexcept {
  std::size_t filled_count = 0;
  std::size_t offset_bytes = first_offset_bytes_;
  for (std::size_t index = first_part_index_; index < parts_.size() && filled_count < parts.size();
       ++index) {
    const std::string_view bytes = parts_[index].bytes().substr(offset_bytes);
    offset_bytes = 0;
    if (!bytes.empty()) parts[filled_count++] = bytes;
  }
  return filled_count;
}

void OutputQueue::consume(std::size_t byte_count) {
  while (first_part_index_ < parts_.size()) {
    Part& front = parts_[first_part_index_];
    const std::size_t left_bytes = front.bytes().size() - first_offset_bytes_;
    if (byte_count < left_bytes) {
      first_offset_bytes_ += byte_count;
      return drop_sent();
    }
    byte_count -= left_bytes;
    first_offset_bytes_ = 0;
    front.owner.reset();
    ++first_part_index_;
  }
  // All is sent: keep one text part with its memory for the next reply.
  first_part_index_ = 0;
  if (parts_.size() > 1) parts_.resize(1);
  if (parts_.empty()) return;
  parts_.front() = Part{.text = std::move(parts_.front().text), .shared = {}, .owner = {}};
  parts_.front().text.clear();
  if (parts_.front().text.capacity() > max_kept_bytes) parts_.front().text.shrink_to_fit();
}

// A queue that never runs empty must not keep what it has sent. Halving keeps the moves O(1) a
// byte.
void OutputQueue::drop_sent() {
  if (first_part_index_ > 8 && first_part_index_ * 2 > parts_.size()) {
    parts_.erase(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(first_part_index_));
    first_part_index_ = 0;
  }
  Part& front = parts_[first_part_index_];
  if (!front.owner && first_offset_bytes_ > max_kept_bytes &&
      first_offset_bytes_ * 2 > front.text.size()) {
    front.text.erase(0, first_offset_bytes_);
    first_offset_bytes_ = 0;
  }
}

}  // namespace nacre::server
