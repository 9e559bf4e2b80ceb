#include "chaos/proxy_pipe.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace nacre::chaos {

ProxyPipe::ProxyPipe(std::uint64_t connection_index, std::uint64_t seed, Log log)
    : connection_index_(connection_index),
      random_(seed * 1000003 + connection_index),
      log_(std::move(log)) {}

void ProxyPipe::take(std::string_view bytes, const Faults& faults, TimePoint now) {
  if (faults.is_lost) {
    log_("lost " + std::to_string(bytes.size()) + " bytes");
    return;
  }
  // Frames are followed without an edit, too, so that one that comes later knows where it is.
  edit(bytes, faults, now);
}

void ProxyPipe::edit(std::string_view bytes, const Faults& faults, TimePoint now) {
  const std::vector<std::string> frames = splitter_.feed(bytes);
  for (const std::string& frame : frames) {
    // Without an edit, bytes pass at once; of a frame that began so, the rest passes, too.
    const std::size_t passed_bytes = std::exchange(passed_bytes_, 0);
    const bool is_counted_apart = is_push(frame);
    const SeenFrame seen{.bytes = frame,
                         .index = is_counted_apart ? push_count_++ : reply_count_++,
                         .connection_index = connection_index_};
    if (!faults.edit || passed_bytes > 0) {
      enqueue(frame.substr(passed_bytes), faults, now);
      continue;
    }
    std::vector<std::string> sent = faults.edit(seen);
    if (sent.size() != 1 || sent[0] != frame) {
      log_((is_counted_apart ? "edited push " : "edited frame ") + std::to_string(seen.index));
    }
    for (std::string& each : sent) enqueue(std::move(each), faults, now);
  }
  if (faults.edit && passed_bytes_ == 0) return;
  enqueue(splitter_.rest().substr(passed_bytes_), faults, now);
  passed_bytes_ = splitter_.rest().size();
}

void ProxyPipe::enqueue(std::string bytes, const Faults& faults, TimePoint now) {
  if (bytes.empty()) return;
  flip(bytes, faults.flip_probability);
  auto extra = std::chrono::microseconds(0);
  if (faults.jitter.count() > 0) {
    extra = std::chrono::microseconds(
        std::uniform_int_distribution<std::int64_t>(0, faults.jitter.count())(random_));
  }
  TimePoint release_at = now + faults.delay + extra;
  if (!queue_.empty()) release_at = std::max(release_at, queue_.back().release_at);
  queued_bytes_ += bytes.size();
  queue_.push_back({std::move(bytes), release_at});
}

void ProxyPipe::flip(std::string& bytes, double probability) {
  if (probability <= 0) return;
  std::bernoulli_distribution is_hit(probability);
  std::uniform_int_distribution<int> bit(0, 7);
  for (char& byte : bytes) {
    if (!is_hit(random_)) continue;
    byte = static_cast<char>(byte ^ (1 << bit(random_)));
    log_("flipped a bit");
  }
}

std::string_view ProxyPipe::writable(const Faults& faults, TimePoint now) const {
  if (queue_.empty() || queue_.front().release_at > now || next_write_at_ > now) return {};
  std::string_view bytes = std::string_view(queue_.front().bytes).substr(front_offset_);
  if (faults.write_bytes > 0) bytes = bytes.substr(0, faults.write_bytes);
  if (faults.bytes_per_second > 0) {
    const std::size_t slice = std::max<std::size_t>(faults.bytes_per_second / 200, 1);  // of 5 ms
    bytes = bytes.substr(0, slice);
  }
  if (faults.cut_at) {
    bytes = bytes.substr(0, *faults.cut_at - std::min(*faults.cut_at, written_bytes_));
  }
  return bytes;
}

void ProxyPipe::wrote(std::size_t size, const Faults& faults, TimePoint now) {
  written_bytes_ += size;
  queued_bytes_ -= size;
  front_offset_ += size;
  if (front_offset_ == queue_.front().bytes.size()) {
    queue_.pop_front();
    front_offset_ = 0;
  }
  next_write_at_ = now + faults.write_pause;
  if (faults.bytes_per_second > 0) {
    next_write_at_ += std::chrono::microseconds(1'000'000 * size / faults.bytes_per_second);
  }
}

std::optional<ProxyPipe::TimePoint> ProxyPipe::due_at() const {
  if (queue_.empty()) return std::nullopt;
  return std::max(queue_.front().release_at, next_write_at_);
}

}  // namespace nacre::chaos
