// Reads RESP2 and RESP3 from bytes as they come, in place: the bytes are received into the
// reader's own buffer and what is read points into it.
//
//   std::span<char> room = reader.prepare();
//   reader.commit(receive(room));
//   for (;;) {
//     switch (reader.next()) {
//       case resp::Step::reply: match(reader.frame()); break;
//       case resp::Step::push: invalidate(reader.frame()); break;
//       case resp::Step::need_more: return receive_again();
//       case resp::Step::fault: return close(reader.trouble());
//     }
//   }
//
// A push may come between the elements of an aggregate (Redis 6 does that); it is delivered as a
// frame of its own, before the aggregate, which then goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "resp/limits.hpp"
#include "resp/reply.hpp"

namespace nacre::resp {

enum class Step : std::uint8_t {
  need_more,  ///< the bytes end inside a frame, or between two
  reply,      ///< frame() is a value
  push,       ///< frame() is a push: its elements
  fault,      ///< the bytes are not RESP or pass a limit: trouble() says how; for ever after
};

/// One stream's reader. One thread at a time. A frame is looked at once: a frame that comes in
/// many pieces goes on where it stopped, so the cost is O(bytes) however they are cut. A string
/// reply costs about 10 ns and no allocation. Holds at most max_frame_bytes of buffer, twice that
/// for the moment it grows, and 24 bytes for each element that has come.
class Reader {
 public:
  explicit Reader(const Limits& limits = {});
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader();

  /// Room for received bytes, at least 16 KiB of it. Ends the views of frame(). Throws
  /// std::bad_alloc, and then nothing is lost.
  std::span<char> prepare();

  /// The first `size` bytes of the last prepare() hold what was received.
  void commit(std::size_t size) noexcept;

  /// Copies `bytes` in: prepare() and commit() for those who have them already.
  void feed(std::string_view bytes);

  /// Reads on to the end of the next frame. Ends the views of frame(). Throws std::bad_alloc; the
  /// reader is then in the state of a fault.
  Step next();

  /// What the last next() read. Valid until the next call of prepare(), feed(), next() or reset().
  Reply frame() const noexcept { return frame_; }

  /// What was wrong, for people; a text with static storage. After a fault only.
  std::string_view trouble() const noexcept { return trouble_; }

  /// True when received bytes wait that belong to no frame yet.
  bool has_partial_frame() const noexcept { return (is_frame_done_ ? at_ : begin_) != end_; }

  /// Forgets all received bytes and any fault: a new connection begins.
  void reset() noexcept;

 private:
  /// An aggregate whose elements still come.
  struct Open {
    std::size_t node_index = 0;
    std::size_t missing_count = 0;
  };

  /// What reading one element came to. value: a value is complete, maybe with those it ends.
  enum class Progress : std::uint8_t { value, opened, need_more, fault };

  Step read_on();
  Progress read_element();
  Progress read_line(Type type);
  Progress read_string(Type type);
  Progress read_integer();
  Progress read_aggregate(Type type);
  Progress add_text(Type type, std::string_view text);
  Progress add(const Node& node);
  Progress fail(std::string_view trouble) noexcept;

  bool is_in_push() const noexcept { return push_depth_ != 0; }
  std::vector<Node>& nodes() noexcept { return is_in_push() ? pushed_ : nodes_; }
  bool close_ended_aggregates() noexcept;
  void release_frame() noexcept;
  void make_room(std::size_t wanted_bytes);

  Limits limits_;
  std::unique_ptr<char[]> buffer_{};
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;    ///< of the frame that comes; offsets of nodes count from here
  std::size_t at_ = 0;       ///< what is read up to
  std::size_t scanned_ = 0;  ///< an incomplete line has no end before this
  std::size_t end_ = 0;      ///< what is received up to
  std::vector<Node> nodes_{};
  std::vector<Node> pushed_{};
  std::vector<Open> open_{};
  std::size_t push_depth_ = 0;  ///< open aggregates, the push included, when a push began; or 0
  bool is_frame_done_ = false;
  bool is_push_done_ = false;
  Reply frame_{};
  std::string_view trouble_{};
};

}  // namespace nacre::resp
