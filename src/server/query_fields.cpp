#include "server/query_fields.hpp"

#include <algorithm>

#include "nacre/error.hpp"

namespace nacre::server {
namespace {

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string joined(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text.empty() ? "none" : text;
}

std::string decode_form(std::string_view text, std::string_view what) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  std::optional<std::string> decoded = decode_percent(spaced);
  if (!decoded) {
    throw Error(Errc::invalid_argument, "query: " + std::string(what) +
                                            " has a '%' that is not followed by two hexadecimal "
                                            "digits");
  }
  return *std::move(decoded);
}

}  // namespace

std::optional<std::string> decode_percent(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text[index] != '%') {
      decoded.push_back(text[index]);
      continue;
    }
    const int high = index + 2 < text.size() ? hex_digit(text[index + 1]) : -1;
    const int low = index + 2 < text.size() ? hex_digit(text[index + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    decoded.push_back(static_cast<char>(high * 16 + low));
    index += 2;
  }
  return decoded;
}

void append_percent_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~:/").find(c) != std::string_view::npos;
    if (plain) {
      out.push_back(c);
    } else {
      constexpr std::string_view digits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    }
  }
}

QueryFields::QueryFields(std::string_view query, std::span<const std::string_view> allowed) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    std::string name = decode_form(pair.substr(0, equals), "a name");
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
      throw Error(Errc::invalid_argument,
                  "query: unknown field '" + name + "'; allowed: " + joined(allowed),
                  {{"field", name}});
    }
    if (find(name) != nullptr) {
      throw Error(Errc::invalid_argument, "query: the field '" + name + "' comes twice",
                  {{"field", name}});
    }
    std::string value = equals == std::string_view::npos
                            ? std::string()
                            : decode_form(pair.substr(equals + 1), name);
    fields_.emplace_back(std::move(name), std::move(value));
  }
}

const std::string* QueryFields::find(std::string_view name) const noexcept {
  for (const auto& [field_name, value] : fields_) {
    if (field_name == name) return &value;
  }
  return nullptr;
}

}  // namespace nacre::server
