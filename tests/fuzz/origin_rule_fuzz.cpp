// Fuzz target: three lines as a rule's match, its path template, and a key. Whatever they are, a
// request target stays one line below the template's own first segment, on the template's host.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/origin_rule.hpp"
#include "nacre/error.hpp"

namespace {

void require(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", claim);
  std::abort();
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

void check_target(std::string_view target) {
  require(target.starts_with("/fixed/"), "a key cannot leave the template's folder");
  for (const char c : target) require(c > ' ' && c < '\x7f' && c != '#', "visible ASCII");
  std::string_view path = target.substr(0, target.find('?'));
  require(path.find("//") == std::string_view::npos, "no empty segment");
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    require(segment != "." && segment != "..", "no dot segment");
    path.remove_prefix(std::min(end + 1, path.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::string match(take_line(text));
  const std::string path(take_line(text));
  const std::string_view key = text;
  try {
    const nacre::OriginRule rule({.match = match,
                                  .url = "http://origin.example:81/fixed/" + path,
                                  .tags = {match},
                                  .headers = {{"x-key", match}}});
    require(rule.address().to_string() == "http://origin.example:81", "the host is fixed");
    const auto captures = rule.find(key);
    if (!captures) return 0;
    check_target(rule.target(*captures));
    for (const auto& [name, value] : rule.headers(*captures)) {
      require(value.find_first_of("\r\n") == std::string::npos, "a header is one line");
    }
    require(rule.tags(*captures).size() == 1, "one tag");
  } catch (const nacre::Error& error) {
    require(
        error.code() == nacre::Errc::invalid_argument || error.code() == nacre::Errc::invalid_key,
        "refused as what it is");
  }
  return 0;
}
