// One row of the table of options, and how it reaches the member that it sets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "assembly/option_value.hpp"
#include "nacre/settings.hpp"

namespace nacre::assembly {

/// The struct that a row sets a member of.
using SectionPointer =
    std::variant<ServerSettings*, LogSettings*, MemorySettings*, RemoteOptions*, LoadSettings*,
                 CacheSettings*, Options*, PrefixRule*, OriginSettings*>;

/// Writes and reads one member. `load` gives nullopt when it is not set.
struct Field {
  void (*store)(SectionPointer section, OptionValue value) = nullptr;
  std::optional<OptionValue> (*load)(SectionPointer section) = nullptr;
};

/// When a changed value takes effect.
enum class Applies : std::uint8_t { at_start, at_reload };

/// Why `text`, or one element of a list, is not allowed, as a clause that follows its name; or
/// nullopt. Texts that reach it are UTF-8 without control characters.
using TextCheck = std::optional<std::string> (*)(std::string_view text);

/// Everything there is to know of one option.
struct OptionRow {
  std::string_view name{};
  OptionType type = OptionType::text;
  OptionRange range{};
  Field field{};
  std::string_view doc{};  ///< one or two sentences

  /// Only where `range` does not say it all: what docs and messages say is allowed.
  std::string_view allowed{};

  /// Only for members that may be unset: the value that holds then as TOML, or else in words.
  std::string_view unset_toml{};
  std::string_view unset_words{};

  /// As TOML, where the default would teach nothing.
  std::string_view example{};

  Applies applies = Applies::at_start;
  TextCheck check = nullptr;
  bool is_required = false;
  bool is_withheld = false;  ///< its texts may be secrets: never shown
};

namespace detail {

inline OptionValue value_of(bool member) {
  return member;
}
inline OptionValue value_of(std::size_t member) {
  return std::uint64_t{member};
}
inline OptionValue value_of(double member) {
  return member;
}
inline OptionValue value_of(Duration member) {
  return member;
}
inline OptionValue value_of(const std::string& member) {
  return member;
}
inline OptionValue value_of(const std::vector<std::string>& member) {
  return member;
}
inline OptionValue value_of(const NamedTexts& member) {
  return member;
}
OptionValue value_of(LogLevel member);
OptionValue value_of(WritePolicy member);

inline void assign(bool& member, OptionValue value) {
  member = std::get<bool>(value);
}
inline void assign(std::size_t& member, OptionValue value) {
  member = static_cast<std::size_t>(std::get<std::uint64_t>(value));
}
inline void assign(double& member, OptionValue value) {
  member = std::get<double>(value);
}
inline void assign(Duration& member, OptionValue value) {
  member = std::get<Duration>(value);
}
inline void assign(std::string& member, OptionValue value) {
  member = std::get<std::string>(std::move(value));
}
inline void assign(std::vector<std::string>& member, OptionValue value) {
  member = std::get<std::vector<std::string>>(std::move(value));
}
inline void assign(NamedTexts& member, OptionValue value) {
  member = std::get<NamedTexts>(std::move(value));
}
void assign(LogLevel& member, OptionValue value);
void assign(WritePolicy& member, OptionValue value);

template <class T>
std::optional<OptionValue> load(const T& member) {
  return value_of(member);
}
template <class T>
std::optional<OptionValue> load(const std::optional<T>& member) {
  if (!member) return std::nullopt;
  return value_of(*member);
}
template <class T>
void store(T& member, OptionValue value) {
  assign(member, std::move(value));
}
template <class T>
void store(std::optional<T>& member, OptionValue value) {
  assign(member.emplace(), std::move(value));
}

template <class Member>
struct OwnerOf;
template <class Owner, class Member>
struct OwnerOf<Member Owner::*> {
  using Type = Owner;
};

}  // namespace detail

/// The member that `path` leads to: field<&OriginSettings::options, &Options::ttl>().
template <auto first, auto... path>
constexpr Field field() {
  using Owner = typename detail::OwnerOf<decltype(first)>::Type;
  return {
      [](SectionPointer section, OptionValue value) {
        detail::store((((*std::get<Owner*>(section)).*first).*....*path), std::move(value));
      },
      [](SectionPointer section) {
        return detail::load((((*std::get<Owner*>(section)).*first).*....*path));
      },
  };
}

}  // namespace nacre::assembly
