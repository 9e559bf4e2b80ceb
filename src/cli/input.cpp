#include "cli/input.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

#include "cli/failure.hpp"

namespace nacre::cli {
namespace {

/// As much as the client reads of an answer.
constexpr std::size_t max_input_bytes = std::size_t{256} << 20U;

constexpr std::size_t chunk_bytes = std::size_t{64} << 10U;

std::string read_all(std::istream& in, const std::string& name) {
  std::string text;
  std::vector<char> chunk(chunk_bytes);
  while (in.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || in.gcount() > 0) {
    text.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > max_input_bytes) throw usage_failure(name + " is larger than 256 MiB");
  }
  if (in.bad()) throw usage_failure(name + " cannot be read");
  return text;
}

}  // namespace

std::string read_input(const std::string& file, std::istream& standard_input) {
  if (file == "-") return read_all(standard_input, "standard input");
  std::ifstream in(file, std::ios::binary);
  if (!in) throw usage_failure("the file " + file + " cannot be read");
  return read_all(in, "the file " + file);
}

std::vector<std::string> read_lines(const std::string& file, std::istream& standard_input) {
  const std::string text = read_input(file, standard_input);
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
    begin = end + 1;
  }
  return lines;
}

std::string read_token(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw usage_failure("the token file " + file + " cannot be read");
  std::string token;
  in >> token;
  const bool is_header_text =
      std::all_of(token.begin(), token.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
  if (token.empty() || !is_header_text) {
    throw usage_failure("the token file " + file + " holds no token of printable characters");
  }
  return token;
}

}  // namespace nacre::cli
