// Which keys a rule serves, and what it captures of them.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nacre {

inline constexpr std::size_t max_captures = 8;

/// What a pattern captured, in the order of its names: views into the key. No allocation.
class Captures {
 public:
  std::string_view operator[](std::size_t index) const noexcept { return texts_[index]; }
  std::size_t count() const noexcept { return count_; }

 private:
  friend class KeyPattern;
  void add(std::string_view text) noexcept { texts_[count_++] = text; }

  std::array<std::string_view, max_captures> texts_{};
  std::size_t count_ = 0;
};

/// One name a pattern captures.
struct CaptureName {
  std::string name{};
  bool is_rest = false;
};

/// A compiled match template. Const after construction.
class KeyPattern {
 public:
  /// Throws Error: invalid_argument, which names the field `match`.
  explicit KeyPattern(std::string_view match);

  /// What `key`, whole, gives; nullopt when it does not match. The views live as long as the key.
  /// One pass over the key: O(key), no allocation, no backtracking.
  std::optional<Captures> find(std::string_view key) const noexcept;

  const std::vector<CaptureName>& names() const noexcept { return names_; }

 private:
  /// The text between two ':' of the pattern: a literal, or one capture with text around it.
  struct Segment {
    std::string prefix{};
    std::string suffix{};
    bool is_capture = false;
  };

  std::vector<Segment> segments_;
  std::vector<CaptureName> names_;
  bool ends_in_rest_ = false;
};

}  // namespace nacre
