// Immutable values with shared ownership: what the cache stores and hands out.
//
// A value is a live object (a User) or encoded bytes. A hit hands out a Handle to the very object
// in the cache: no copy, no parse, no allocation. The handle keeps its object alive after the entry
// has been removed or evicted.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#pragma GCC visibility push(default)
namespace nacre {

/// How bytes are to be read.
enum class Format : std::uint8_t { raw, text, json, messagepack };

/// "raw", "text", "json" or "messagepack".
std::string_view name_of(Format format) noexcept;

namespace detail {

struct ValueCell;

/// What the cache must know of a value's type. One static instance a type.
struct ValueType {
  const std::type_info* type = nullptr;
  Format format = Format::raw;
  bool is_bytes = false;
  void (*destroy)(ValueCell*) noexcept = nullptr;
  std::string (*encode)(const ValueCell*) = nullptr;  ///< throws serialization_failed
};

/// Stands before every value. The object or the bytes follow at the next address.
struct alignas(16) ValueCell {
  std::atomic<std::uint32_t> references{1};
  std::uint32_t payload_bytes = 0;  ///< the object with all it owns, or the length of the bytes
  const ValueType* type = nullptr;

  const void* payload() const noexcept { return this + 1; }
};

}  // namespace detail

class Value;

/// Encoded bytes as the cache holds them. Lives only in the cache and behind Handle<Bytes>.
class Bytes {
 public:
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(this), cell()->payload_bytes};
  }
  Format format() const noexcept { return cell()->type->format; }

 private:
  Bytes() = default;
  const detail::ValueCell* cell() const noexcept {
    return reinterpret_cast<const detail::ValueCell*>(this) - 1;
  }
};

/// Shared ownership of one immutable value of any type; may be empty. One pointer wide.
/// Thread safety: as std::shared_ptr: distinct Values may be used from several threads.
class Value {
 public:
  Value() noexcept = default;

  /// A copy of `bytes`, at most 4 GiB - 1. Throws Error: value_too_large.
  static Value from_bytes(std::string_view bytes, Format format = Format::raw);

  /// Takes over one reference to `cell`.
  static Value adopt(detail::ValueCell* cell) noexcept { return Value(cell); }

  Value(const Value& other) noexcept : cell_(other.cell_) {
    if (cell_ != nullptr) cell_->references.fetch_add(1, std::memory_order_relaxed);
  }
  Value(Value&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
  Value& operator=(Value other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~Value() {
    if (cell_ != nullptr) release();
  }

  explicit operator bool() const noexcept { return cell_ != nullptr; }

  /// True when the value is bytes rather than a live object. False when empty.
  bool is_bytes() const noexcept { return cell_ != nullptr && cell_->type->is_bytes; }

  /// The bytes. Only when is_bytes(); valid while this Value, or a copy, lives.
  std::string_view bytes() const noexcept {
    return {static_cast<const char*>(cell_->payload()), cell_->payload_bytes};
  }

  /// How the bytes are, or the object would be, encoded. Only when not empty.
  Format format() const noexcept { return cell_->type->format; }

  /// Bytes of the value with all it owns, without the cache's bookkeeping. 0 when empty.
  std::size_t payload_bytes() const noexcept { return cell_ == nullptr ? 0 : cell_->payload_bytes; }

  /// This value as bytes: itself, or a new value encoded from the object.
  /// Throws Error: serialization_failed.
  Value encoded() const;

  const detail::ValueCell* cell() const noexcept { return cell_; }

  /// Same object, not equal content.
  friend bool operator==(const Value&, const Value&) noexcept = default;

 private:
  explicit Value(detail::ValueCell* cell) noexcept : cell_(cell) {}

  void release() noexcept {
    if (cell_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      cell_->type->destroy(cell_);
    }
  }

  detail::ValueCell* cell_ = nullptr;
};

/// Shared ownership of one immutable T of the cache. As cheap as a pointer to use; copying counts
/// a reference. Never empty, except when default-constructed or moved from.
template <class T>
class Handle {
 public:
  Handle() noexcept = default;

  /// `value` must hold a T.
  explicit Handle(Value value) noexcept : value_(std::move(value)) {}

  const T& operator*() const noexcept { return *get(); }
  const T* operator->() const noexcept { return get(); }
  const T* get() const noexcept {
    return value_ ? static_cast<const T*>(value_.cell()->payload()) : nullptr;
  }
  explicit operator bool() const noexcept { return static_cast<bool>(value_); }

  /// The same value without its type.
  const Value& untyped() const noexcept { return value_; }

 private:
  Value value_;
};

}  // namespace nacre
#pragma GCC visibility pop
