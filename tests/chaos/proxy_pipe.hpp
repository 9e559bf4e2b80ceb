// One direction of one connection of a FaultProxy: what was read, and when it may be written.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "chaos/faults.hpp"
#include "chaos/frame_splitter.hpp"

namespace nacre::chaos {

/// Decides; knows no sockets. Proxy thread only.
class ProxyPipe {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Log = std::function<void(std::string what)>;

  ProxyPipe(std::uint64_t connection_index, std::uint64_t seed, Log log);

  /// Bytes from the sender.
  void take(std::string_view bytes, const Faults& faults, TimePoint now);
  void end_of_input() noexcept { has_ended_ = true; }

  /// What may be written now: at most so much in one write.
  std::string_view writable(const Faults& faults, TimePoint now) const;
  void wrote(std::size_t size, const Faults& faults, TimePoint now);

  /// When there is something to write, if time alone decides.
  std::optional<TimePoint> due_at() const;

  bool wants_input() const noexcept { return !has_ended_ && queued_bytes_ < most_queued_bytes; }
  bool has_ended() const noexcept { return has_ended_; }
  /// All that came before the end has been written.
  bool is_drained() const noexcept { return has_ended_ && queue_.empty(); }
  bool is_cut(const Faults& faults) const noexcept {
    return faults.cut_at && written_bytes_ >= *faults.cut_at;
  }

 private:
  static constexpr std::size_t most_queued_bytes = std::size_t{1} << 20;  // then the sender blocks

  struct Chunk {
    std::string bytes{};
    TimePoint release_at{};
  };

  void enqueue(std::string bytes, const Faults& faults, TimePoint now);
  void edit(std::string_view bytes, const Faults& faults, TimePoint now);
  void flip(std::string& bytes, double probability);

  std::uint64_t connection_index_;
  std::mt19937_64 random_;
  Log log_;
  FrameSplitter splitter_{};
  std::size_t passed_bytes_ = 0;  ///< of the frame that is not whole yet
  std::uint64_t reply_count_ = 0;
  std::uint64_t push_count_ = 0;
  std::deque<Chunk> queue_{};
  std::size_t front_offset_ = 0;
  std::size_t queued_bytes_ = 0;
  std::uint64_t written_bytes_ = 0;
  TimePoint next_write_at_{};
  bool has_ended_ = false;
};

}  // namespace nacre::chaos
