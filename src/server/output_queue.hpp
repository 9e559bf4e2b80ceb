// The bytes one connection still has to send: text that is written here, and large shared bytes
// that are sent from where they are.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nacre::server {

/// A first-in first-out queue of bytes. One caller at a time.
class OutputQueue final {
 public:
  /// Shared bytes below this are copied: a copy of 16 KiB costs less than one more part of a
  /// gathered write.
  static constexpr std::size_t min_shared_bytes = 16 * 1024;

  /// Where the next bytes are appended. Valid until the next call of a member.
  std::string& tail();

  /// Appends `bytes`, which `owner` keeps alive.
  void append_shared(std::string_view bytes, std::shared_ptr<const void> owner);

  bool is_empty() const noexcept;

  /// All bytes that wait. O(parts).
  std::size_t size_bytes() const noexcept;

  /// Fills `parts` from the front and returns how many it filled.
  std::size_t gather(std::span<std::string_view> parts) const noexcept;

  /// Drops the first `byte_count` bytes, which must be there.
  void consume(std::size_t byte_count);

 private:
  // Memory one connection keeps for the next reply; more is given back.
  static constexpr std::size_t max_kept_bytes = 64 * 1024;

  struct Part {
    std::string text{};
    std::string_view shared{};
    std::shared_ptr<const void> owner{};
    std::string_view bytes() const noexcept { return owner ? shared : std::string_view(text); }
  };

  void drop_sent();

  // The usual connection has one text part, used over and over.
  std::vector<Part> parts_{};
  std::size_t first_part_index_ = 0;
  std::size_t first_offset_bytes_ = 0;
};

}  // namespace nacre::server
