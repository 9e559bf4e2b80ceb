// The texts of an origin rule that have captures: "product:{id}", "http://host/p/{id}".
//
// Grammar: literal text and captures {name} in turn; {{ and }} are braces. A name is
// [a-z][a-z0-9_]* of at most 32 bytes and may end in `*`, which captures the rest of a key. This
// says only whether a text is right; http/ compiles it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/parsed.hpp"

namespace nacre::assembly {

inline constexpr std::size_t max_capture_count = 8;

/// One capture of a template.
struct Capture {
  std::string name{};
  bool is_rest = false;        ///< {name*}
  std::size_t end_offset = 0;  ///< behind its closing brace
  std::size_t segment = 0;     ///< how many `:` of the text stand before it
};

/// The captures of `text`, in order. The reason of a failure says what is wrong.
Parsed<std::vector<Capture>> captures_of(std::string_view text);

/// What is wrong with `text` as a rule's `match`, or nullopt: captures must have different names,
/// one segment each, and {name*} comes last.
std::optional<std::string> match_trouble(std::string_view text);

/// What is wrong with `text` as a rule's `url`, or nullopt. A capture may stand in the path and the
/// query only, so that no key can choose another host.
std::optional<std::string> url_trouble(std::string_view text);

/// What is wrong with `text` as a template that uses captures of `match`, or nullopt.
std::optional<std::string> use_trouble(std::string_view text, std::string_view match);

}  // namespace nacre::assembly
