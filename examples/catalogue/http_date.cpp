#include "http_date.hpp"

#include <array>
#include <ctime>

namespace catalogue {
namespace {

// The names of days and months are English because the program never leaves the "C" locale.
constexpr const char* format = "%a, %d %b %Y %H:%M:%S GMT";

}  // namespace

std::string to_http_date(std::int64_t unix_s) {
  const std::time_t time = unix_s;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

std::optional<std::int64_t> parse_http_date(const std::string& text) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), format, &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return timegm(&parts);
}

}  // namespace catalogue
