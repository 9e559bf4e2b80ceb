// Values that are bytes: how they are made, destroyed and named.
#include "nacre/value.hpp"

#include <cstring>
#include <limits>
#include <new>

#include "base/value_memory.hpp"
#include "nacre/error.hpp"

namespace nacre {
namespace {

using detail::ValueCell;
using detail::ValueType;

void destroy_bytes(ValueCell* cell) noexcept {
  const std::size_t bytes = sizeof(ValueCell) + cell->payload_bytes;
  cell->~ValueCell();
  free_value_memory(cell, bytes);
}

std::string copy_bytes(const ValueCell* cell) {
  return {static_cast<const char*>(cell->payload()), cell->payload_bytes};
}

constexpr ValueType bytes_of(Format format) noexcept {
  return {.type = &typeid(Bytes),
          .format = format,
          .is_bytes = true,
          .destroy = &destroy_bytes,
          .encode = &copy_bytes};
}

const ValueType& bytes_type(Format format) noexcept {
  static constexpr ValueType raw = bytes_of(Format::raw);
  static constexpr ValueType text = bytes_of(Format::text);
  static constexpr ValueType json = bytes_of(Format::json);
  static constexpr ValueType messagepack = bytes_of(Format::messagepack);
  switch (format) {
    case Format::text:
      return text;
    case Format::json:
      return json;
    case Format::messagepack:
      return messagepack;
    case Format::raw:
      break;
  }
  return raw;
}

}  // namespace

std::string_view name_of(Format format) noexcept {
  switch (format) {
    case Format::raw:
      return "raw";
    case Format::text:
      return "text";
    case Format::json:
      return "json";
    case Format::messagepack:
      return "messagepack";
  }
  return "unknown";
}

Value Value::from_bytes(std::string_view bytes, Format format) {
  constexpr std::size_t max_bytes = std::numeric_limits<std::uint32_t>::max();
  if (bytes.size() > max_bytes) {
    throw Error(Errc::value_too_large, "a value of " + std::to_string(bytes.size()) +
                                           " bytes is too large, at most " +
                                           std::to_string(max_bytes) + " bytes are possible");
  }
  void* memory = allocate_value_memory(sizeof(ValueCell) + bytes.size());
  auto* cell = new (memory) ValueCell;
  cell->payload_bytes = static_cast<std::uint32_t>(bytes.size());
  cell->type = &bytes_type(format);
  if (!bytes.empty()) std::memcpy(static_cast<void*>(cell + 1), bytes.data(), bytes.size());
  return adopt(cell);
}

Value Value::encoded() const {
  if (cell_ == nullptr || is_bytes()) return *this;
  return from_bytes(cell_->type->encode(cell_), format());
}

}  // namespace nacre
