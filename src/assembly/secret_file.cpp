#include <fmt/format.h>

#include <algorithm>

#include "assembly/file_text.hpp"
#include "nacre/error.hpp"
#include "nacre/settings.hpp"

namespace nacre {
namespace {

// 128 bits of a random token as text need more than 16 characters; fewer can be guessed.
constexpr std::size_t min_secret_bytes = 16;
constexpr std::size_t max_secret_bytes = 4096;

[[noreturn]] void refuse(const std::string& path, std::string_view trouble) {
  throw Error(Errc::invalid_argument, fmt::format("the secret file {} {}", path, trouble),
              {{"field", "secret file"}, {"path", path}});
}

void check_mode(const std::string& path, const struct stat& opened) {
  constexpr mode_t forbidden = S_IXUSR | S_IWGRP | S_IXGRP | S_IRWXO;
  if ((opened.st_mode & forbidden) == 0) return;
  refuse(path, fmt::format("has the mode {:04o}, so that others may use it; allowed: 0600 or 0640",
                           opened.st_mode & 07777));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

std::string read_secret_file(const std::string& path) {
  constexpr std::size_t room_for_blanks = 64;
  const std::string text = assembly::read_file_text(path, "the secret file",
                                                    max_secret_bytes + room_for_blanks, check_mode);
  const std::string_view secret = trimmed(text);
  if (secret.size() < min_secret_bytes) {
    refuse(path, fmt::format("holds {} bytes; allowed: {} to {}", secret.size(), min_secret_bytes,
                             max_secret_bytes));
  }
  if (secret.size() > max_secret_bytes) {
    refuse(path, fmt::format("holds more than {} bytes", max_secret_bytes));
  }
  const bool is_printable =
      std::all_of(secret.begin(), secret.end(), [](char c) { return c >= ' ' && c < '\x7F'; });
  if (!is_printable)
    refuse(path, "holds more than one line, or bytes that are not printable ASCII");
  return std::string(secret);
}

}  // namespace nacre
