#include "codec/position.hpp"

namespace nacre {

void Position::enter(std::size_t count, bool is_object) {
  if (depth_ == max_structure_depth) fail_too_deep();
  frames_[depth_++] = Frame{count, 0, {}, is_object};
  is_key_passed_ = false;
}

void Position::leave(bool is_object) {
  const bool is_done = depth_ > 0 && top().is_object == is_object && top().index == top().count;
  if (!is_done || is_key_passed_) throw_out_of_step();
  --depth_;
  after_value();
}

void Position::pass_key() {
  const bool is_due = is_in_object() && !is_key_passed_ && top().index < top().count;
  if (!is_due) throw_out_of_step();
  is_key_passed_ = true;
  frames_[depth_ - 1].field = {};
}

void Position::set_field(std::string_view name) {
  if (!is_key_passed_) throw_out_of_step();
  frames_[depth_ - 1].field = name;
}

void Position::fail_next(std::string_view reason) const {
  fail(path(false), reason);
}

void Position::fail_last(std::string_view reason) const {
  fail(path(true), reason);
}

void Position::fail_too_deep() const {
  fail_next("nested deeper than " + std::to_string(max_structure_depth) +
            " arrays and objects, which is the limit");
}

std::string Position::path(bool is_last) const {
  std::string text = "$";
  for (std::size_t level = 0; level < depth_; ++level) {
    const Frame& frame = frames_[level];
    // After a key, and inside a deeper frame, the value that is open is the one blamed.
    const bool is_one_back = is_last && level + 1 == depth_ && !is_key_passed_;
    if (!frame.field.empty()) {
      text += '.';
      text += frame.field;
    } else if (!is_one_back || frame.index > 0) {
      text += '[' + std::to_string(frame.index - (is_one_back ? 1 : 0)) + ']';
    }
  }
  return text;
}

void Position::fail(const std::string& path, std::string_view reason) const {
  throw Error(failure_, path + ": " + std::string(reason), {{"path", path}});
}

void Position::throw_out_of_step() const {
  fail_next(
      "the nacre::Structure of the type does not keep to the counts of its arrays and objects");
}

}  // namespace nacre
