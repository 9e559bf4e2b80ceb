// Patterns and keys: matching never crashes, is linear enough, and agrees with a second matcher.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/glob.hpp"

namespace {

/// Stars and literal ASCII only, by dynamic programming: slow, and easy to see right.
bool matches_slowly(std::string_view pattern, std::string_view text) {
  std::vector<char> reached(text.size() + 1, 0);
  reached[0] = 1;
  for (const char element : pattern) {
    std::vector<char> next(text.size() + 1, 0);
    for (std::size_t at = 0; at <= text.size(); ++at) {
      if (element == '*') {
        next[at] = static_cast<char>(reached[at] != 0 || (at > 0 && next[at - 1] != 0));
      } else if (at > 0) {
        next[at] = static_cast<char>(reached[at - 1] != 0 && text[at - 1] == element);
      }
    }
    reached.swap(next);
  }
  return reached.back() != 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t divide = input.find('\n');
  const std::string_view pattern = input.substr(0, divide);
  const std::string_view text =
      divide == std::string_view::npos ? std::string_view() : input.substr(divide + 1);
  const nacre::Parsed<nacre::Glob> glob = nacre::Glob::parse(pattern);
  if (!glob) return 0;
  const bool is_match = glob->matches(text);
  NACRE_CHECK(!is_match || text.starts_with(glob->literal_prefix()));
  const nacre::Parsed<nacre::Glob> itself = nacre::Glob::parse(nacre::Glob::escape(pattern));
  NACRE_CHECK(!itself || itself->matches(pattern));  // escaped, a pattern may be too long
  if (pattern.find_first_of("?[]\\") == std::string_view::npos) {
    NACRE_CHECK(is_match == matches_slowly(pattern, text));
  }
  return 0;
}
