// The texts of an origin rule that have captures: "product:{id}", "http://host/p/{id}".
//
// Grammar: text and {name} in turn; a name is [a-z][a-z0-9_]*, at most 32 bytes, and in `match` may
// end in `*` at the very end of the text, where it captures the rest. There is no way to write a
// brace as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/parsed.hpp"

namespace nacre::assembly {

/// More captures than any key has segments worth naming.
inline constexpr std::size_t max_capture_count = 16;

/// One capture of a template.
struct Capture {
  std::string name{};
  bool is_rest = false;     ///< {name*}
  std::size_t begin = 0;    ///< of its opening brace
  std::size_t end = 0;      ///< behind its closing brace
};

/// The captures of `text`, in order. The reason of a failure says what is wrong.
Parsed<std::vector<Capture>> captures_of(std::string_view text);

/// What is wrong with `text` as a rule's `match`, or nullopt: captures must have different names,
/// text between them, and {name*} only at the end.
std::optional<std::string> match_trouble(std::string_view text);

/// What is wrong with `text` as a rule's `url`, or nullopt. A capture may stand in the path and the
/// query only, so that no key can choose another host.
std::optional<std::string> url_trouble(std::string_view text);

/// What is wrong with `text` as a template that uses captures of `match`, or nullopt.
std::optional<std::string> use_trouble(std::string_view text, std::string_view match);

}  // namespace nacre::assembly
