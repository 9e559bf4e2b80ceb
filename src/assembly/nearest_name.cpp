#include "assembly/nearest_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace nacre::assembly {
namespace {

constexpr std::size_t max_compared_bytes = 64;

// A part that was left out or added is one slip, however long: "max" for "max_bytes".
bool is_part_of(std::string_view shorter, std::string_view longer) {
  constexpr std::size_t min_part_bytes = 3;
  return shorter.size() >= min_part_bytes && longer.starts_with(shorter);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  if (a.size() > max_compared_bytes || b.size() > max_compared_bytes) {
    return std::max(a.size(), b.size());
  }
  using Row = std::array<std::size_t, max_compared_bytes + 1>;
  Row before_last{};
  Row last{};
  Row row{};
  for (std::size_t column = 0; column <= b.size(); ++column) last[column] = column;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

std::string_view nearest_name(std::string_view name, std::span<const std::string> known) {
  std::string_view nearest;
  std::size_t nearest_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < nearest_distance) {
      nearest = candidate;
      nearest_distance = distance;
    }
  }
  if (!nearest.empty()) return nearest;
  for (const std::string& candidate : known) {
    if (is_part_of(name, candidate) || is_part_of(candidate, name)) return candidate;
  }
  return {};
}

std::string unknown_name_text(std::string_view what, std::string_view name,
                              std::span<const std::string> known) {
  const std::string_view nearest = nearest_name(name, known);
  if (nearest.empty()) return fmt::format("unknown {}", what);
  return fmt::format("unknown {}; did you mean \"{}\"?", what, nearest);
}

}  // namespace nacre::assembly
