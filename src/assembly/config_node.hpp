// A configuration file as a tree of plain values that remember where they stand.
//
// It keeps the TOML library out of everything but settings_toml.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nacre::assembly {

/// Line and column, both from 1.
struct FilePosition {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// One value of the file.
struct ConfigNode {
  struct Array {
    std::vector<ConfigNode> elements{};
  };
  struct Table {
    std::vector<ConfigNode> entries{};  ///< in the order of the file
  };
  struct DateOrTime {};  ///< TOML has them, no setting takes them

  std::variant<bool, std::int64_t, double, std::string, Array, Table, DateOrTime> content{};
  FilePosition position{};

  /// Its name and where that stands, when it is an entry of a table.
  std::string key{};
  FilePosition key_position{};
};

/// What kind of value it is, for messages: "an integer", "a text", "a table"...
std::string_view kind_of(const ConfigNode& node) noexcept;

}  // namespace nacre::assembly
