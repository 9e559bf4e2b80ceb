#include "tier/key.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "base/utf8.hpp"
#include "nacre/error.hpp"

namespace nacre {

namespace {

constexpr std::string_view namespace_forbidden = "*?[]\\{}:";

std::uint64_t seed_of(const Namespace& space, std::uint64_t seed) noexcept {
  // An odd multiplier keeps namespaces apart (splitmix64's constant).
  return seed + (std::uint64_t{space.id} + 1) * 0x9E3779B97F4A7C15u;
}

/// What is wrong with `text` as a name of 1 to `max_bytes` bytes, or nullptr.
const char* trouble_with(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.empty()) return "is empty";
  if (text.size() > max_bytes) return "is too long";
  if (!is_valid_utf8(text)) return "is not valid UTF-8";
  if (has_control_characters(text)) return "has control characters";
  return nullptr;
}

}  // namespace

std::uint64_t hash_key(const Namespace& space, std::string_view key, std::uint64_t seed) noexcept {
  return hash_bytes(key, seed_of(space, seed));
}

std::uint64_t hash_tag(const Namespace& space, std::string_view tag, std::uint64_t seed) noexcept {
  return hash_bytes(tag, ~seed_of(space, seed));
}

void check_key(std::string_view key) {
  const char* trouble = trouble_with(key, max_key_bytes);
  if (trouble == nullptr && key.front() == '~') trouble = "begins with ~, which is reserved";
  if (trouble == nullptr) return;
  throw Error(
      Errc::invalid_key,
      fmt::format("the key {}: allowed are 1 to {} bytes of UTF-8 without control characters, "
                  "not beginning with ~",
                  trouble, max_key_bytes),
      {{"field", "key"}});
}

void check_namespace(std::string_view name) {
  const char* trouble = trouble_with(name, max_namespace_bytes);
  if (trouble == nullptr && name.find_first_of(namespace_forbidden) != std::string_view::npos) {
    trouble = "has a character that is not allowed";
  }
  if (trouble == nullptr) return;
  throw Error(Errc::invalid_namespace,
              fmt::format("the namespace {}: allowed are 1 to {} bytes of UTF-8 without control "
                          "characters and without * ? [ ] \\ {{ }} :",
                          trouble, max_namespace_bytes),
              {{"field", "namespace"}});
}

void check_tag(std::string_view tag) {
  const char* trouble = trouble_with(tag, max_tag_bytes);
  if (trouble == nullptr) return;
  throw Error(Errc::invalid_argument,
              fmt::format("a tag {}: allowed are 1 to {} bytes of UTF-8 without control characters",
                          trouble, max_tag_bytes),
              {{"field", "tags"}});
}

}  // namespace nacre
