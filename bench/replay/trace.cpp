#include "trace.hpp"

#include <fmt/format.h>
#include <lzma.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

namespace nacre::replay {

namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(fmt::format("{}: cannot be opened", path));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string unpack_xz(const std::string& path, const std::string& packed) {
  lzma_stream stream = LZMA_STREAM_INIT;
  constexpr std::uint64_t max_memory_bytes = std::uint64_t{1} << 30;
  if (lzma_stream_decoder(&stream, max_memory_bytes, LZMA_CONCATENATED) != LZMA_OK) {
    throw std::runtime_error("liblzma has no decoder");
  }
  stream.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
  stream.avail_in = packed.size();
  std::string unpacked;
  lzma_ret result = LZMA_OK;
  while (result == LZMA_OK) {
    constexpr std::size_t step_bytes = std::size_t{1} << 20;
    const std::size_t before = unpacked.size();
    unpacked.resize(before + step_bytes);
    stream.next_out = reinterpret_cast<std::uint8_t*>(unpacked.data() + before);
    stream.avail_out = step_bytes;
    result = lzma_code(&stream, LZMA_FINISH);
    unpacked.resize(unpacked.size() - stream.avail_out);
  }
  lzma_end(&stream);
  if (result != LZMA_STREAM_END) {
    throw std::runtime_error(fmt::format("{}: no whole .xz file", path));
  }
  return unpacked;
}

/// Adds an access to `key`, under the next number when it is new.
template <class Key>
KeyId add_access(Trace& trace, std::unordered_map<Key, KeyId>& ids, Key key) {
  const auto [found, is_new] = ids.try_emplace(std::move(key), static_cast<KeyId>(trace.key_count));
  if (is_new) ++trace.key_count;
  trace.accesses.push_back(found->second);
  return found->second;
}

void parse_numbers(Trace& trace, std::string_view contents) {
  if (contents.size() % 4 != 0) {
    throw std::runtime_error(
        fmt::format("{}: {} bytes are no whole 32-bit numbers", trace.name, contents.size()));
  }
  std::unordered_map<std::uint32_t, KeyId> ids;
  for (std::size_t at = 0; at < contents.size(); at += 4) {
    std::uint32_t number = 0;
    for (std::size_t byte = 4; byte-- != 0;) {
      number = number << 8 | static_cast<std::uint8_t>(contents[at + byte]);
    }
    add_access(trace, ids, number);
  }
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

void parse_sized(Trace& trace, std::string_view contents) {
  std::unordered_map<std::string, KeyId> ids;
  std::size_t line_number = 0;
  while (!contents.empty()) {
    const std::string_view line = take_line(contents);
    ++line_number;
    if (line.empty()) continue;
    const std::size_t first = line.find(',');
    const std::size_t last = line.rfind(',');
    std::uint32_t bytes = 0;
    const char* const end = line.data() + line.size();
    if (first == last || std::from_chars(line.data() + last + 1, end, bytes).ptr != end) {
      throw std::runtime_error(
          fmt::format("{}:{}: expected time,key,bytes", trace.name, line_number));
    }
    const KeyId key = add_access(trace, ids, std::string(line.substr(first + 1, last - first - 1)));
    if (key == trace.bytes_of_key.size()) trace.bytes_of_key.push_back(bytes);
  }
}

void parse_lines(Trace& trace, std::string_view contents) {
  std::unordered_map<std::string, KeyId> ids;
  while (!contents.empty()) {
    const std::string_view line = take_line(contents);
    if (!line.empty()) add_access(trace, ids, std::string(line));
  }
}

}  // namespace

Trace parse_trace(std::string_view name, std::string_view contents) {
  Trace trace{.name = std::string(name)};
  if (name.ends_with(".u32")) {
    parse_numbers(trace, contents);
  } else if (name.ends_with(".csv")) {
    parse_sized(trace, contents);
  } else {
    parse_lines(trace, contents);
  }
  if (trace.accesses.empty()) throw std::runtime_error(fmt::format("{}: is empty", name));
  trace.name.resize(std::min(trace.name.size(), trace.name.rfind('.')));
  return trace;
}

Trace read_trace(const std::string& path) {
  std::string contents = read_file(path);
  std::string name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".xz")) {
    contents = unpack_xz(path, contents);
    name.resize(name.size() - 3);
  }
  return parse_trace(name, contents);
}

Trace trace_of(std::string name, const std::vector<std::uint64_t>& accesses) {
  Trace trace{.name = std::move(name)};
  std::unordered_map<std::uint64_t, KeyId> ids;
  for (const std::uint64_t key : accesses) add_access(trace, ids, key);
  return trace;
}

}  // namespace nacre::replay
