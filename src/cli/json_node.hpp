// Reads JSON answers, and keeps the JSON library out of everything else.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nacre::cli {

/// One value inside a JSON document, or none at all: asking what is not there gives an absent node,
/// so that an answer with less than expected is shown rather than refused. Cheap to copy; keeps its
/// document alive.
class JsonNode {
 public:
  /// An absent node.
  JsonNode() = default;

  /// Nullopt when `text` is not JSON, or nests deeper than 32 levels.
  static std::optional<JsonNode> try_parse(std::string_view text);

  /// Throws Failure (server_error) when `text` is not JSON.
  static JsonNode parse(std::string_view text);

  bool is_absent() const noexcept { return value_ == nullptr; }
  bool is_null() const noexcept;
  bool is_object() const noexcept;
  bool is_array() const noexcept;
  bool is_string() const noexcept;

  /// The member of an object.
  JsonNode member(std::string_view name) const;

  /// All members in their order; none for what is not an object.
  std::vector<std::pair<std::string, JsonNode>> members() const;

  /// All elements; none for what is not an array.
  std::vector<JsonNode> elements() const;

  /// A string without its quotes, "" for an absent node, all else as JSON on one line.
  std::string text() const;

  /// A whole number; nullopt for anything else.
  std::optional<std::int64_t> integer() const;

 private:
  struct Document;
  JsonNode(std::shared_ptr<const Document> document, const void* value)
      : document_(std::move(document)), value_(value) {}

  std::shared_ptr<const Document> document_;
  const void* value_ = nullptr;  ///< a value inside document_; its type is json_node.cpp's secret
};

}  // namespace nacre::cli
