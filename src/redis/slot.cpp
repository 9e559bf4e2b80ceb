#include "redis/slot.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace nacre::redis {
namespace {

using Crc = std::uint16_t;

constexpr std::array<Crc, 256> make_crc_table() {
  constexpr Crc polynomial = 0x1021;  // CRC-16/XMODEM
  std::array<Crc, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    unsigned crc = byte << 8;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 0x8000U) != 0 ? (crc << 1) ^ polynomial : crc << 1;
    }
    table[byte] = static_cast<Crc>(crc);
  }
  return table;
}

constexpr std::array<Crc, 256> crc_table = make_crc_table();

constexpr Crc add(Crc crc, char byte) {
  return static_cast<Crc>((crc << 8) ^ crc_table[(crc >> 8) ^ static_cast<unsigned char>(byte)]);
}

constexpr Crc add(Crc crc, std::string_view bytes) {
  for (const char byte : bytes) crc = add(crc, byte);
  return crc;
}

constexpr Slot slot_of_crc(Crc crc) {
  return crc % slot_count;
}

static_assert(add(0, std::string_view("123456789")) == 0x31C3,
              "the check value of the specification");

std::optional<std::string_view> find_tag(std::string_view key) {
  const std::size_t open = key.find('{');
  if (open == std::string_view::npos) return std::nullopt;
  const std::size_t close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return std::nullopt;
  return key.substr(open + 1, close - open - 1);
}

/// One text for each slot: at most four characters, the rest are zeros.
class TextTable {
 public:
  TextTable() {
    for (std::size_t length = 1; length <= longest && found_count_ < slot_count; ++length) {
      extend({}, 0, 0, length);
    }
  }

  std::string_view at(Slot slot) const {
    const Text& text = texts_[slot];
    return {text.data(), text.back() != 0 ? text.size() : std::string_view(text.data()).size()};
  }

 private:
  static constexpr std::size_t longest = 4;  // reaches all slots, as a test shows
  using Text = std::array<char, longest>;

  /// All texts of `length` characters that begin with the first `done` of `text`, in byte order.
  void extend(Text text, Crc crc, std::size_t done, std::size_t length) {
    if (done == length) {
      keep(text, slot_of_crc(crc));
      return;
    }
    for (const char symbol : std::string_view("0123456789abcdefghijklmnopqrstuvwxyz")) {
      if (found_count_ == slot_count) return;
      text[done] = symbol;
      extend(text, add(crc, symbol), done + 1, length);
    }
  }

  void keep(const Text& text, Slot slot) {
    if (texts_[slot].front() != 0) return;
    texts_[slot] = text;
    ++found_count_;
  }

  std::array<Text, slot_count> texts_{};
  std::size_t found_count_ = 0;
};

}  // namespace

Slot slot_of(std::string_view key) noexcept {
  return slot_of_crc(add(0, find_tag(key).value_or(key)));
}

Slot slot_of(std::string_view name_space, std::string_view key) noexcept {
  if (const auto tag = find_tag(key)) return slot_of_crc(add(0, *tag));
  return slot_of_crc(add(add(add(0, name_space), ':'), key));
}

std::string_view slot_text(Slot slot) noexcept {
  static const TextTable table;
  return table.at(slot);
}

std::string companion_key(std::string_view name_space, std::string_view kind,
                          std::string_view key) {
  const std::string_view text = slot_text(slot_of(name_space, key));
  std::string name;
  name.reserve(name_space.size() + kind.size() + text.size() + key.size() + 6);
  name.append(name_space).append(":~").append(kind).append(":{").append(text).append("}:");
  name.append(key);
  return name;
}

}  // namespace nacre::redis
