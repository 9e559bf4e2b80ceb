#include "server/media_type.hpp"

#include <algorithm>

#include "server/head_parser.hpp"

namespace nacre::server {
namespace {

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view without_parameters(std::string_view type) noexcept {
  return trim(type.substr(0, type.find(';')));
}

// True for "q=0", "q=0.0"...: the sender does not want the type.
bool is_refused(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const std::string_view parameter = trim(parameters.substr(0, parameters.find(';')));
    parameters.remove_prefix(std::min(parameters.find(';'), parameters.size() - 1) + 1);
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
  }
  return false;
}

}  // namespace

bool is_json_type(std::string_view content_type) noexcept {
  const std::string_view type = without_parameters(content_type);
  constexpr std::string_view suffix = "+json";
  return equals_ignoring_case(type, "application/json") ||
         (type.size() > suffix.size() &&
          equals_ignoring_case(type.substr(type.size() - suffix.size()), suffix));
}

bool is_text_type(std::string_view content_type) noexcept {
  return content_type.size() > 5 && equals_ignoring_case(content_type.substr(0, 5), "text/");
}

bool is_binary_type(std::string_view content_type) noexcept {
  return equals_ignoring_case(without_parameters(content_type), "application/octet-stream");
}

bool accepts_type(std::string_view accept, std::string_view type) noexcept {
  while (!accept.empty()) {
    const std::string_view range = accept.substr(0, accept.find(','));
    accept.remove_prefix(std::min(range.size() + 1, accept.size()));
    if (!equals_ignoring_case(without_parameters(range), type)) continue;
    const std::size_t semicolon = range.find(';');
    return semicolon == std::string_view::npos || !is_refused(range.substr(semicolon + 1));
  }
  return false;
}

}  // namespace nacre::server
