// One received value of the Redis protocol, read in place: a view into the reader's buffer.
//
//   if (reply.is_null()) return miss();
//   for (resp::Reply key : reply) forget(key.text());
//
// Source of the format: RESP3 specification (github.com/redis/redis-specifications, protocol/
// RESP3.md). Streamed strings and aggregates are refused: no server sends them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nacre::resp {

enum class Type : std::uint8_t {
  null,  ///< also the null string and the null array of RESP2
  simple_string,
  bulk_string,
  verbatim_string,
  simple_error,
  bulk_error,
  integer,
  real,
  boolean,
  big_number,  ///< text() is its decimal digits, with a minus sign where negative
  array,
  set,
  map,        ///< its elements are key, value, key, value
  push,       ///< as a top-level frame only: the reader takes pushes out of what they interrupt
  attribute,  ///< never seen as a value: see Reply::attributes()
};

/// One value of a frame; the values of an aggregate follow it, in order. Plain memory of the
/// reader; use Reply to look at it.
struct Node {
  Type type = Type::null;
  std::uint32_t span_count = 1;  ///< nodes of this value with all that is nested in it
  std::uint32_t size = 0;        ///< bytes of a string, elements of an aggregate
  union {
    std::uint64_t offset = 0;  ///< of a string's bytes, from the base
    std::int64_t integer;
    double real;
  };
};

/// A value and all that is nested in it. Copying copies three pointers. Valid as long as the frame
/// it is part of: see Reader::next(); to keep it, copy it into a KeptReply.
class Reply {
 public:
  /// A null.
  Reply() noexcept;

  /// `first` is the value's node or that of an attribute before it; strings are at `base`.
  Reply(const Node* first, const char* base) noexcept : first_(first), node_(first), base_(base) {
    while (node_->type == Type::attribute) node_ += node_->span_count;
  }

  Type type() const noexcept { return node_->type; }
  bool is_null() const noexcept { return type() == Type::null; }
  bool is_error() const noexcept {
    return type() == Type::simple_error || type() == Type::bulk_error;
  }
  bool is_string() const noexcept {
    return type() == Type::bulk_string || type() == Type::simple_string ||
           type() == Type::verbatim_string;
  }
  bool is_aggregate() const noexcept { return type() >= Type::array; }

  /// True for the simple string OK.
  bool is_ok() const noexcept { return type() == Type::simple_string && text() == "OK"; }

  /// Bytes of a string, an error (its code first: "WRONGTYPE Operation ...") or a big number; a
  /// verbatim string without its format. Empty for every other type.
  std::string_view text() const noexcept;

  /// The three letters of a verbatim string ("txt", "mkd"). Empty for every other type.
  std::string_view verbatim_format() const noexcept;

  /// 0 unless the type is integer.
  std::int64_t integer() const noexcept { return type() == Type::integer ? node_->integer : 0; }

  /// The number of an integer, or of a string that holds one (RESP2 sends some that way).
  std::optional<std::int64_t> find_integer() const noexcept;

  /// The number of a real, an integer, or a string that holds one.
  std::optional<double> find_real() const noexcept;

  /// The truth of a boolean, or of an integer 0 or 1 (RESP2 sends it that way).
  std::optional<bool> find_boolean() const noexcept;

  /// Elements of an aggregate; a map of two pairs has 4. 0 for every other type.
  std::size_t size() const noexcept { return is_aggregate() ? node_->size : 0; }
  bool empty() const noexcept { return size() == 0; }

  /// The elements in order, O(1) a step.
  class Iterator {
   public:
    Iterator(const Node* at, const char* base) noexcept : at_(at), base_(base) {}
    Reply operator*() const noexcept { return {at_, base_}; }
    Iterator& operator++() noexcept {
      while (at_->type == Type::attribute) at_ += at_->span_count;
      at_ += at_->span_count;
      return *this;
    }
    friend bool operator==(Iterator left, Iterator right) noexcept { return left.at_ == right.at_; }

   private:
    const Node* at_;
    const char* base_;
  };
  Iterator begin() const noexcept { return {is_aggregate() ? node_ + 1 : node_, base_}; }
  Iterator end() const noexcept {
    return {is_aggregate() ? node_ + node_->span_count : node_, base_};
  }

  /// The element at `index`, a null when there is none. O(index).
  Reply operator[](std::size_t index) const noexcept;

  /// The value of a map, or of a flat array of pairs as RESP2 sends it, whose key is the string
  /// `key`. O(size).
  std::optional<Reply> find(std::string_view key) const noexcept;

  /// What an attribute before this value said: its keys and values, or a null.
  Reply attributes() const noexcept;

 private:
  friend class KeptReply;

  const Node* first_;
  const Node* node_;
  const char* base_;
};

/// A copy of a Reply that owns its memory. Two allocations; one for a value without strings.
class KeptReply {
 public:
  KeptReply() = default;
  explicit KeptReply(Reply reply);

  /// Valid while this KeptReply lives and is not assigned to or moved from.
  Reply view() const noexcept {
    return nodes_.empty() ? Reply() : Reply(nodes_.data(), text_.data());
  }

 private:
  std::vector<Node> nodes_{};
  std::string text_{};
};

}  // namespace nacre::resp
