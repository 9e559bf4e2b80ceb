// Keys: what is a valid one, and the form in which they travel between tiers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tier/namespace.hpp"

namespace nacre {

using detail::Namespace;

inline constexpr std::size_t max_key_bytes = 1024;
inline constexpr std::size_t max_namespace_bytes = 64;
inline constexpr std::size_t max_tag_bytes = 256;
inline constexpr std::size_t max_tags_per_entry_count = 64;

/// A validated key with its hash, borrowed from the caller.
struct KeyView {
  const Namespace* space = nullptr;
  std::string_view text{};
  std::uint64_t hash = 0;  ///< of namespace and text, with the cache's secret seed
};

/// A KeyView that owns its text.
struct OwnedKey {
  const Namespace* space = nullptr;
  std::string text{};
  std::uint64_t hash = 0;

  OwnedKey() = default;
  explicit OwnedKey(const KeyView& view) : space(view.space), text(view.text), hash(view.hash) {}
  KeyView view() const noexcept { return {space, text, hash}; }
};

/// Hash of a key in a namespace. Keyed, so that nobody outside can build colliding keys. ~5 ns.
std::uint64_t hash_key(const Namespace& space, std::string_view key, std::uint64_t seed) noexcept;

/// Hash of a tag in a namespace.
std::uint64_t hash_tag(const Namespace& space, std::string_view tag, std::uint64_t seed) noexcept;

/// Throws Error: invalid_key unless `key` is 1 to 1024 bytes of UTF-8 without control characters
/// that does not begin with `~`.
void check_key(std::string_view key);

/// Throws Error: invalid_namespace unless `name` is 1 to 64 bytes of UTF-8 without control
/// characters and without `* ? [ ] \ { } :`.
void check_namespace(std::string_view name);

/// Throws Error: invalid_argument unless `tag` is 1 to 256 bytes of UTF-8 without control
/// characters.
void check_tag(std::string_view tag);

}  // namespace nacre
