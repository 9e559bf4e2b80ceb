#include "codec/json_tape.hpp"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <functional>

#include "base/utf8.hpp"
#include "nacre/error.hpp"
#include "nacre/json.hpp"

namespace nacre {

namespace {

namespace json = boost::json;

[[noreturn]] void throw_not_json(std::size_t byte, const std::string& reason) {
  throw Error(Errc::deserialization_failed,
              "$: not JSON at byte " + std::to_string(byte) + ": " + reason);
}

}  // namespace

/// Takes the events of the parser. Boost.JSON checks the grammar, UTF-8 and the depth; numbers stay
/// text here, because its doubles may be off by one bit.
class TapeBuilder {
 public:
  // Limits of single parts: the limit of the whole text is below them.
  static constexpr std::size_t max_object_size = max_json_bytes;
  static constexpr std::size_t max_array_size = max_json_bytes;
  static constexpr std::size_t max_key_size = max_json_bytes;
  static constexpr std::size_t max_string_size = max_json_bytes;

  explicit TapeBuilder(JsonTape& tape) : tape_(tape) {}

  bool has_key_twice() const noexcept { return has_key_twice_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }

  bool on_object_begin(json::error_code&) {
    open_[depth_].first_key = keys_.size();
    return open(JsonTape::Kind::object);
  }
  bool on_object_end(std::size_t count, json::error_code& failure) {
    close(count);
    return are_keys_unique(failure);
  }
  bool on_array_begin(json::error_code&) { return open(JsonTape::Kind::array); }
  bool on_array_end(std::size_t count, json::error_code&) {
    close(count);
    return true;
  }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return add(part); }
  bool on_key(json::string_view part, std::size_t size, json::error_code&) {
    keys_.push_back(static_cast<std::uint32_t>(tape_.parts_.size()));
    return add_last(part, size);
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return add(part); }
  bool on_string(json::string_view part, std::size_t size, json::error_code&) {
    return add_last(part, size);
  }

  bool on_number_part(json::string_view digits, json::error_code&) { return begin_number(digits); }
  bool on_int64(std::int64_t, json::string_view digits, json::error_code&) {
    return end_number(digits);
  }
  bool on_uint64(std::uint64_t, json::string_view digits, json::error_code&) {
    return end_number(digits);
  }
  bool on_double(double, json::string_view digits, json::error_code&) { return end_number(digits); }

  bool on_bool(bool value, json::error_code&) {
    return push(value ? JsonTape::Kind::truth : JsonTape::Kind::untruth, 0, 0);
  }
  bool on_null(json::error_code&) { return push(JsonTape::Kind::null, 0, 0); }

  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  struct Open {
    std::size_t part = 0;
    std::size_t first_key = 0;
  };

  bool push(JsonTape::Kind kind, std::size_t size, std::size_t place) {
    // The mask says what the limit of the whole text ensures already.
    tape_.parts_.push_back({.kind = static_cast<std::uint32_t>(kind) & 0xFU,
                            .size = static_cast<std::uint32_t>(size) & 0xFFF'FFFFU,
                            .place = static_cast<std::uint32_t>(place)});
    return true;
  }

  bool open(JsonTape::Kind kind) {
    open_[depth_++].part = tape_.parts_.size();
    return push(kind, 0, 0);
  }

  void close(std::size_t count) {
    JsonTape::Part& part = tape_.parts_[open_[--depth_].part];
    part.size = static_cast<std::uint32_t>(count) & 0xFFF'FFFFU;
    part.place = static_cast<std::uint32_t>(tape_.parts_.size());
  }

  /// Sorted, so that no choice of names makes this slow.
  bool are_keys_unique(json::error_code& failure) {
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(open_[depth_].first_key);
    const auto name = [this](std::uint32_t part) { return tape_.text(part); };
    std::ranges::sort(first, keys_.end(), std::less<>(), name);
    has_key_twice_ =
        std::ranges::adjacent_find(first, keys_.end(), std::equal_to<>(), name) != keys_.end();
    keys_.erase(first, keys_.end());
    if (has_key_twice_) failure = json::error::syntax;
    return !has_key_twice_;
  }

  bool add(json::string_view part) {
    if (!is_in_pieces_) pieces_begin_ = tape_.unescaped_.size();
    is_in_pieces_ = true;
    tape_.unescaped_.append(part.data(), part.size());
    return true;
  }

  bool add_last(json::string_view part, std::size_t size) {
    const std::less_equal<const char*> is_before;
    const std::string_view all = tape_.text_;
    const bool is_in_text = is_before(all.data(), part.data()) &&
                            is_before(part.data() + part.size(), all.data() + all.size());
    if (!is_in_pieces_ && is_in_text) {
      return push(JsonTape::Kind::text, size, static_cast<std::size_t>(part.data() - all.data()));
    }
    add(part);
    is_in_pieces_ = false;
    return push(JsonTape::Kind::unescaped, size, pieces_begin_);
  }

  bool begin_number(json::string_view digits) {
    if (number_begin_ == nullptr) number_begin_ = digits.data();
    return true;
  }

  bool end_number(json::string_view digits) {
    begin_number(digits);
    const char* begin = std::exchange(number_begin_, nullptr);
    return push(JsonTape::Kind::number, 0, static_cast<std::size_t>(begin - tape_.text_.data()));
  }

  JsonTape& tape_;
  std::array<Open, max_structure_depth + 1> open_{};
  std::size_t depth_ = 0;
  std::vector<std::uint32_t> keys_{};  ///< of all open objects
  std::size_t pieces_begin_ = 0;
  const char* number_begin_ = nullptr;
  bool is_in_pieces_ = false;
  bool has_key_twice_ = false;
};

JsonTape::JsonTape(std::string_view text) : text_(text) {
  if (text.size() > max_json_bytes) {
    throw_not_json(max_json_bytes, "the text is longer than the limit of " +
                                       std::to_string(max_json_bytes) + " bytes");
  }
  json::parse_options options;
  options.max_depth = max_structure_depth;
  json::basic_parser<TapeBuilder> parser(options, *this);
  json::error_code failure;
  const std::size_t end = parser.write_some(false, text.data(), text.size(), failure);
  if (parser.handler().has_key_twice()) {
    throw_not_json(end, "an object that ends here has a name twice");
  }
  if (failure && !is_valid_utf8(text)) throw_not_json(end, "the text is not UTF-8");
  if (failure) throw_not_json(end, failure.message());
  if (end != text.size()) throw_not_json(end, "there is more after the value");
}

std::size_t JsonTape::after(std::size_t index) const noexcept {
  const Kind part = kind(index);
  return part == Kind::array || part == Kind::object ? parts_[index].place : index + 1;
}

std::string_view JsonTape::text(std::size_t index) const noexcept {
  const Part part = parts_[index];
  const std::string_view source =
      kind(index) == Kind::unescaped ? std::string_view(unescaped_) : text_;
  return source.substr(part.place, part.size);
}

}  // namespace nacre
