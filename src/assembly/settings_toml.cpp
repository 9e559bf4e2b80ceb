#include "assembly/settings_toml.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "base/utf8.hpp"

// The library's parser asserts on some texts that are not TOML, and without assertions it is told
// that they cannot be: a text from outside must get an error instead.
namespace {
[[noreturn]] void throw_not_toml() {
  throw std::logic_error("a key is not understood");
}
}  // namespace
#undef NDEBUG
#define TOML_ASSERT(condition) ((condition) ? void() : throw_not_toml())

// No writing of TOML, and a depth that recursion can afford.
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 32
#include <toml++/toml.h>

namespace nacre::assembly {
namespace {

FilePosition position_of(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

ConfigNode node_from(const toml::node& source);

ConfigNode::Table table_from(const toml::table& source) {
  std::vector<ConfigNode> entries;
  entries.reserve(source.size());
  for (const auto& [key, node] : source) {
    ConfigNode entry = node_from(node);
    entry.key = std::string(key.str());
    entry.key_position = position_of(key.source());
    entries.push_back(std::move(entry));
  }
  // The library sorts by name; people read, and want to be told, from top to bottom.
  std::sort(entries.begin(), entries.end(), [](const ConfigNode& a, const ConfigNode& b) {
    return std::tie(a.key_position.line, a.key_position.column, a.key) <
           std::tie(b.key_position.line, b.key_position.column, b.key);
  });
  return {std::move(entries)};
}

ConfigNode node_from(const toml::node& source) {
  ConfigNode node;
  node.content = ConfigNode::DateOrTime{};
  node.position = position_of(source.source());
  if (const auto* boolean = source.as_boolean()) {
    node.content = boolean->get();
  } else if (const auto* integer = source.as_integer()) {
    node.content = integer->get();
  } else if (const auto* number = source.as_floating_point()) {
    node.content = number->get();
  } else if (const auto* text = source.as_string()) {
    node.content = text->get();
  } else if (const auto* array = source.as_array()) {
    std::vector<ConfigNode> elements;
    elements.reserve(array->size());
    for (const toml::node& element : *array) elements.push_back(node_from(element));
    node.content = ConfigNode::Array{std::move(elements)};
  } else if (const auto* table = source.as_table()) {
    node.content = table_from(*table);
  }
  return node;
}

/// Finds the first key with too many parts, without understanding more of TOML than its strings
/// and comments. The library builds one table for each part and destroys them recursively, so this
/// must come first.
class KeyDepthScan {
 public:
  explicit KeyDepthScan(std::string_view text) : text_(text) {}

  /// The line of that key, or 0.
  std::uint32_t line_of_deep_key() {
    while (offset_ < text_.size()) {
      const char c = text_[offset_];
      if (c == '"' || c == '\'') {
        skip_string(c);
        continue;
      }
      if (c == '#') {
        skip_comment();
        continue;
      }
      if (c == '.' && ++dot_count_ >= max_key_parts) return line_;
      if (c == '\n' || c == '=' || c == ',' || c == '[' || c == '{') dot_count_ = 0;
      if (c == '\n') ++line_;
      ++offset_;
    }
    return 0;
  }

 private:
  void skip_comment() {
    while (offset_ < text_.size() && text_[offset_] != '\n') ++offset_;
  }

  void skip_string(char quote) {
    const std::string fence(3, quote);
    if (text_.substr(offset_).starts_with(fence)) {
      offset_ += 3;
      skip_to_fence(quote, fence);
      return;
    }
    ++offset_;
    while (offset_ < text_.size() && text_[offset_] != '\n') {
      const char c = text_[offset_++];
      if (c == quote) return;
      if (c == '\\' && quote == '"') skip_escaped();
    }
  }

  void skip_to_fence(char quote, const std::string& fence) {
    while (offset_ < text_.size()) {
      if (text_.substr(offset_).starts_with(fence)) {
        offset_ += 3;
        while (offset_ < text_.size() && text_[offset_] == quote) ++offset_;
        return;
      }
      const char c = text_[offset_++];
      if (c == '\n') ++line_;
      if (c == '\\' && quote == '"') skip_escaped();
    }
  }

  // Leaves a line feed for the caller to count.
  void skip_escaped() {
    if (offset_ < text_.size() && text_[offset_] != '\n') ++offset_;
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  std::size_t dot_count_ = 0;
  std::uint32_t line_ = 1;
};

/// The library's message, short and printable: it may quote the file.
std::string printable(std::string_view description) {
  constexpr std::size_t max_description_bytes = 200;
  std::string text(utf8_prefix(description, max_description_bytes));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

}  // namespace

ConfigNode::Table parse_toml(std::string_view text, const std::string& file_name,
                             Problems& problems) {
  if (text.size() > max_file_bytes) {
    problems.add({file_name, "", "the file is too large", "at most 1MiB"});
    return {};
  }
  if (const std::uint32_t line = KeyDepthScan(text).line_of_deep_key()) {
    problems.add({place_in(file_name, {line, 1}), "", "a key has too many parts",
                  "at most " + std::to_string(max_key_parts)});
    return {};
  }
  const auto refuse = [&](const std::string& place, std::string_view description) {
    problems.add({place, "", "not valid TOML: " + printable(description), ""});
    return ConfigNode::Table{};
  };
  try {
    return table_from(toml::parse(text, std::string_view(file_name)));
  } catch (const toml::parse_error& error) {
    return refuse(place_in(file_name, position_of(error.source())), error.description());
  } catch (const std::logic_error& error) {
    return refuse(file_name, error.what());  // where, the library does not say
  }
}

}  // namespace nacre::assembly
