// Where a writer or a reader stands inside a value: counts what was promised, limits the depth, and
// names the place for messages, "$.orders[3].price".
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "nacre/structure.hpp"

namespace nacre {

/// One stack of open arrays and objects. Keys that are data appear as the number of their member,
/// names that the program knows as they are: a path never shows a part of the value.
class Position {
 public:
  bool is_deepest() const noexcept { return depth_ == max_structure_depth; }
  bool is_at_root() const noexcept { return depth_ == 0; }
  bool is_in_object() const noexcept { return depth_ > 0 && top().is_object; }

  /// True when the array or object, or the root, has no room for another value.
  bool is_full() const noexcept {
    return depth_ == 0 ? root_is_written_ : top().index == top().count;
  }
  bool is_complete() const noexcept { return depth_ == 0 && root_is_written_; }

  /// Opens an array or object of `count`. Only when not is_deepest().
  void enter(std::size_t count, bool is_object) noexcept {
    frames_[depth_++] = {.count = count, .is_object = is_object};
  }

  /// Closes it: it is one value of what is around it.
  void leave() noexcept {
    --depth_;
    advance();
  }

  /// One value was passed.
  void advance() noexcept {
    if (depth_ == 0) {
      root_is_written_ = true;
    } else {
      ++frames_[depth_ - 1].index;
    }
  }

  /// The name of the member that follows; empty when it is data. `name` must outlive the member.
  void set_field(std::string_view name) noexcept { frames_[depth_ - 1].field = name; }

  /// Path of the value that comes next, or of the one before it.
  std::string next_path() const { return path(0); }
  std::string last_path() const { return path(1); }

 private:
  struct Frame {
    std::size_t count = 0;
    std::size_t index = 0;
    std::string_view field{};
    bool is_object = false;
  };

  const Frame& top() const noexcept { return frames_[depth_ - 1]; }

  std::string path(std::size_t back) const {
    std::string text = "$";
    for (std::size_t level = 0; level < depth_; ++level) {
      const Frame& frame = frames_[level];
      const bool is_top = level + 1 == depth_;
      if (!frame.field.empty()) {
        text += '.';
        text += frame.field;
      } else if (!is_top || back <= frame.index) {
        text += '[' + std::to_string(frame.index - (is_top ? back : 0)) + ']';
      }
    }
    return text;
  }

  // Not initialised: a frame is when it is entered.
  std::array<Frame, max_structure_depth> frames_;
  std::size_t depth_ = 0;
  bool root_is_written_ = false;
};

}  // namespace nacre
