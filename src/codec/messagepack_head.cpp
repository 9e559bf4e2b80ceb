// The encodings are those of the MessagePack specification, github.com/msgpack/msgpack, spec.md.
#include "codec/messagepack_head.hpp"

namespace nacre {
namespace {

using Head = MessagePackHead;
using Kind = MessagePackHead::Kind;

constexpr Head truncated{};
constexpr Head invalid{.kind = Kind::invalid};

/// The unsigned number in the `size` bytes after the first, most significant byte first.
std::uint64_t number_after_tag(std::string_view bytes, std::size_t size) noexcept {
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(1, size)) {
    number = number << 8U | static_cast<unsigned char>(byte);
  }
  return number;
}

/// A number, or a length, in the `size` bytes after the tag.
Head numbered(Kind kind, std::string_view bytes, std::size_t size) noexcept {
  if (bytes.size() < 1 + size) return truncated;
  return {.kind = kind, .number = number_after_tag(bytes, size), .head_bytes = 1 + size};
}

Head signed_number(std::string_view bytes, std::size_t size) noexcept {
  Head head = numbered(Kind::natural, bytes, size);
  const bool is_negative = head.number >> (size * 8 - 1) != 0;
  if (head.kind != Kind::natural || !is_negative) return head;
  head.kind = Kind::negative;
  if (size < 8) head.number |= ~std::uint64_t{0} << (size * 8);
  return head;
}

/// The type of an extension stands after its length, which has `size` bytes.
Head extension(std::string_view bytes, std::size_t size) noexcept {
  Head head = numbered(Kind::extension, bytes, size);
  if (head.kind != Kind::extension || bytes.size() < 2 + size) return truncated;
  head.extension_type = static_cast<std::int8_t>(bytes[1 + size]);
  head.head_bytes = 2 + size;
  return head;
}

Head fixed_extension(std::string_view bytes, std::uint64_t length) noexcept {
  Head head = extension(bytes, 0);
  head.number = length;
  return head;
}

Head short_head(Kind kind, std::uint64_t number) noexcept {
  return {.kind = kind, .number = number, .head_bytes = 1};
}

Head tagged_head(std::string_view bytes) noexcept {
  switch (static_cast<unsigned char>(bytes.front())) {
    case 0xC0:
      return short_head(Kind::nil, 0);
    case 0xC2:
      return short_head(Kind::boolean, 0);
    case 0xC3:
      return short_head(Kind::boolean, 1);
    case 0xC4:
      return numbered(Kind::bytes, bytes, 1);
    case 0xC5:
      return numbered(Kind::bytes, bytes, 2);
    case 0xC6:
      return numbered(Kind::bytes, bytes, 4);
    case 0xC7:
      return extension(bytes, 1);
    case 0xC8:
      return extension(bytes, 2);
    case 0xC9:
      return extension(bytes, 4);
    case 0xCA:
      return numbered(Kind::float32, bytes, 4);
    case 0xCB:
      return numbered(Kind::float64, bytes, 8);
    case 0xCC:
      return numbered(Kind::natural, bytes, 1);
    case 0xCD:
      return numbered(Kind::natural, bytes, 2);
    case 0xCE:
      return numbered(Kind::natural, bytes, 4);
    case 0xCF:
      return numbered(Kind::natural, bytes, 8);
    case 0xD0:
      return signed_number(bytes, 1);
    case 0xD1:
      return signed_number(bytes, 2);
    case 0xD2:
      return signed_number(bytes, 4);
    case 0xD3:
      return signed_number(bytes, 8);
    case 0xD4:
      return fixed_extension(bytes, 1);
    case 0xD5:
      return fixed_extension(bytes, 2);
    case 0xD6:
      return fixed_extension(bytes, 4);
    case 0xD7:
      return fixed_extension(bytes, 8);
    case 0xD8:
      return fixed_extension(bytes, 16);
    case 0xD9:
      return numbered(Kind::text, bytes, 1);
    case 0xDA:
      return numbered(Kind::text, bytes, 2);
    case 0xDB:
      return numbered(Kind::text, bytes, 4);
    case 0xDC:
      return numbered(Kind::array, bytes, 2);
    case 0xDD:
      return numbered(Kind::array, bytes, 4);
    case 0xDE:
      return numbered(Kind::map, bytes, 2);
    case 0xDF:
      return numbered(Kind::map, bytes, 4);
    default:
      return invalid;
  }
}

Head any_head(std::string_view bytes) noexcept {
  if (bytes.empty()) return truncated;
  const auto tag = static_cast<unsigned char>(bytes.front());
  if (tag <= 0x7F) return short_head(Kind::natural, tag);
  if (tag <= 0x8F) return short_head(Kind::map, tag & 0x0FU);
  if (tag <= 0x9F) return short_head(Kind::array, tag & 0x0FU);
  if (tag <= 0xBF) return short_head(Kind::text, tag & 0x1FU);
  if (tag >= 0xE0) {
    const std::int64_t negative = std::int64_t{tag} - 0x100;
    return short_head(Kind::negative, static_cast<std::uint64_t>(negative));
  }
  return tagged_head(bytes);
}

/// The fewest bytes that what the head announces can take.
std::uint64_t least_bytes_after(const Head& head) noexcept {
  if (head.has_content() || head.kind == Kind::array) return head.number;
  return head.kind == Kind::map ? head.number * 2 : 0;
}

}  // namespace

MessagePackHead read_messagepack_head(std::string_view bytes) noexcept {
  const Head head = any_head(bytes);
  return least_bytes_after(head) > bytes.size() - head.head_bytes ? truncated : head;
}

std::string_view MessagePackHead::name() const noexcept {
  switch (kind) {
    case Kind::nil:
      return "nil";
    case Kind::boolean:
      return "a boolean";
    case Kind::natural:
    case Kind::negative:
      return "an integer";
    case Kind::float32:
    case Kind::float64:
      return "a floating point number";
    case Kind::text:
      return "a string";
    case Kind::bytes:
      return "bytes";
    case Kind::array:
      return "an array";
    case Kind::map:
      return "a map";
    case Kind::extension:
      return "an extension";
    case Kind::invalid:
      return "the byte 0xc1, which MessagePack does not use";
    case Kind::truncated:
      return "the end of the bytes";
  }
  return "something else";
}

}  // namespace nacre
