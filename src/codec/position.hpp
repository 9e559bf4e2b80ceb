// Where a writer or a reader stands inside a value: keeps the layout in step with the counts it
// announced, limits the depth, and names the place for messages, "$.orders[3].price".
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "nacre/error.hpp"
#include "nacre/structure.hpp"

namespace nacre {

/// The stack of open arrays and objects. Keys that are data appear as the number of their member,
/// names that the program knows as they are: a message never shows a part of the value.
class Position {
 public:
  /// `failure` is the code of what the functions below throw.
  explicit Position(Errc failure) noexcept : failure_(failure) {}

  /// A value comes next: throws when a key is due, or none is left.
  void before_value() const {
    const bool has_room = depth_ == 0 ? !is_root_passed_ : top().index < top().count;
    const bool is_due = has_room && (depth_ == 0 || !top().is_object || is_key_passed_);
    if (!is_due) [[unlikely]]
      throw_out_of_step();
  }

  /// It has been passed.
  void after_value() noexcept {
    is_key_passed_ = false;
    if (depth_ == 0) {
      is_root_passed_ = true;
    } else {
      ++frames_[depth_ - 1].index;
    }
  }

  /// Opens an array or object. Throws when it would be too deep.
  void enter(std::size_t count, bool is_object);

  /// Closes it; throws unless all its values were passed.
  void leave(bool is_object);

  /// A key comes next. Throws when a value is due, or none is left.
  void pass_key();

  /// Names the member whose key was passed. `name` must outlive the member.
  void set_field(std::string_view name);

  /// How many arrays and objects are open.
  std::size_t depth() const noexcept { return depth_; }
  bool is_complete() const noexcept { return depth_ == 0 && is_root_passed_; }
  bool is_in_object() const noexcept { return depth_ > 0 && top().is_object; }

  /// Values passed in the open array or object.
  std::size_t index() const noexcept { return depth_ == 0 ? 0 : top().index; }

  /// Throws Error with the path of the value that comes next, or of the one passed last.
  [[noreturn]] void fail_next(std::string_view reason) const;
  [[noreturn]] void fail_last(std::string_view reason) const;
  [[noreturn]] void fail_too_deep() const;

 private:
  struct Frame {
    std::size_t count;
    std::size_t index;
    std::string_view field;
    bool is_object;
  };

  const Frame& top() const noexcept { return frames_[depth_ - 1]; }
  std::string path(bool is_last) const;
  [[noreturn]] void fail(const std::string& path, std::string_view reason) const;
  [[noreturn]] void throw_out_of_step() const;

  // Left as it is: a frame is filled when it is entered.
  std::array<Frame, max_structure_depth> frames_;
  std::size_t depth_ = 0;
  bool is_root_passed_ = false;
  bool is_key_passed_ = false;
  Errc failure_;
};

}  // namespace nacre
