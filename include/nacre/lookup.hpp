// What a read found. Miss, negative hit, fresh hit and stale hit are four types, not four values of
// one: a program cannot take one for another by accident.
//
//   if (auto user = cache.get<User>("user:1")) greet(user->name);   // fresh or stale
//
//   lookup.match([](const nacre::Fresh<User>& hit) { ... },
//                [](const nacre::Stale<User>& hit) { ... },
//                [](const nacre::Negative&) { ... },    // known not to exist
//                [](const nacre::Miss&) { ... });       // not known
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

#include "nacre/clock.hpp"
#include "nacre/value.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// Where a value came from.
enum class TierKind : std::uint8_t { memory, disk, remote, origin };

/// "memory", "disk", "remote" or "origin".
std::string_view name_of(TierKind tier) noexcept;

/// Where and how old: what every hit tells about its entry.
struct Provenance {
  TierKind tier = TierKind::memory;
  Duration age{};        ///< since the load or write that made it began
  Duration remaining{};  ///< until it goes stale; negative when stale already
};

/// The key is not in the cache, and nothing is known of it.
struct Miss {};

/// The origin said that the key does not exist, and that was cached.
struct Negative {
  Provenance provenance{};
};

/// A value inside its ttl.
template <class T>
struct Fresh {
  Handle<T> value{};
  Provenance provenance{};
};

/// A value past its ttl, inside stale_while_revalidate or stale_if_error.
template <class T>
struct Stale {
  Handle<T> value{};
  Provenance provenance{};
};

namespace detail {
/// Throws key_not_found: there is no value to give.
[[noreturn]] void throw_no_value(bool is_negative);

/// What a read found, without its type. Empty value and not negative: a miss.
struct Found {
  Value value{};
  Provenance provenance{};
  bool is_negative = false;
  bool is_stale = false;
};

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
}  // namespace detail

/// The result of one read. Movable and copyable; keeps its value alive. What `*` and `->` give is
/// valid as long as this object, or a copy of its Handle, lives: `const User& user =
/// *cache.get(...)` does not keep it.
template <class T>
class Lookup {
 public:
  using Variant = std::variant<Miss, Negative, Fresh<T>, Stale<T>>;

  Lookup() noexcept = default;
  Lookup(Variant content) noexcept : content_(std::move(content)) {}

  bool is_miss() const noexcept { return std::holds_alternative<Miss>(content_); }
  bool is_negative() const noexcept { return std::holds_alternative<Negative>(content_); }
  bool is_fresh() const noexcept { return std::holds_alternative<Fresh<T>>(content_); }
  bool is_stale() const noexcept { return std::holds_alternative<Stale<T>>(content_); }

  /// True when there is a value, fresh or stale.
  bool has_value() const noexcept { return is_fresh() || is_stale(); }
  explicit operator bool() const noexcept { return has_value(); }

  /// The value, fresh or stale. Throws Error: key_not_found when there is none.
  const Handle<T>& value() const {
    if (const auto* fresh = std::get_if<Fresh<T>>(&content_)) return fresh->value;
    if (const auto* stale = std::get_if<Stale<T>>(&content_)) return stale->value;
    detail::throw_no_value(is_negative());
  }
  const T& operator*() const { return *value(); }
  const T* operator->() const { return value().get(); }

  /// Tier, age and remaining time of a hit, negative ones included; nullptr for a miss.
  const Provenance* provenance() const noexcept {
    if (const auto* fresh = std::get_if<Fresh<T>>(&content_)) return &fresh->provenance;
    if (const auto* stale = std::get_if<Stale<T>>(&content_)) return &stale->provenance;
    if (const auto* negative = std::get_if<Negative>(&content_)) return &negative->provenance;
    return nullptr;
  }

  /// Calls the one function that takes what was found. All four must be handled.
  template <class... F>
  decltype(auto) match(F&&... handlers) const {
    return std::visit(detail::Overloaded<std::decay_t<F>...>{std::forward<F>(handlers)...},
                      content_);
  }

  const Variant& as_variant() const noexcept { return content_; }

 private:
  Variant content_;
};

}  // namespace nacre
#pragma GCC visibility pop
