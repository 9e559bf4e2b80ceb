// Writes JSON as text, front to back, without building a tree first.
//
//   JsonText json;
//   json.begin_object();
//   json.member("key", key).member("ttl_ms", 1500);
//   json.key("tags").begin_array().value("a").value("b").end_array();
//   json.end_object();
//   send(std::move(json).take());
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nacre {

/// One JSON document in the making. Nesting and the order of keys and values are checked by
/// NACRE_CHECK: a wrong call is a defect of the caller. Not thread safe. Amortised O(bytes).
class JsonText {
 public:
  /// How deep arrays and objects may nest. Our own answers stay below ten.
  static constexpr std::size_t max_depth = 32;

  JsonText& begin_object();
  JsonText& end_object();
  JsonText& begin_array();
  JsonText& end_array();

  /// The name of the next member of an object.
  JsonText& key(std::string_view name);

  /// Text. Control characters, quotes and backslashes are escaped; what is not UTF-8 becomes
  /// U+FFFD, one for each byte; U+2028 and U+2029 are escaped, so that the text may stand in a
  /// script.
  JsonText& value(std::string_view text);
  JsonText& value(const char* text) { return value(std::string_view(text)); }
  JsonText& value(std::nullptr_t);

  JsonText& value(std::same_as<bool> auto truth) { return boolean(truth); }
  JsonText& value(std::signed_integral auto number) {
    return integer(static_cast<std::int64_t>(number));
  }
  JsonText& value(std::unsigned_integral auto number)
    requires(!std::same_as<decltype(number), bool>)
  {
    return natural(static_cast<std::uint64_t>(number));
  }

  /// The shortest text that reads back as the same number; null for NaN and the infinities, which
  /// JSON does not have.
  JsonText& value(double number);

  /// `json` as it stands, which must be one complete JSON value.
  JsonText& raw_value(std::string_view json);

  /// A key and its value.
  template <class Value>
  JsonText& member(std::string_view name, const Value& of_member) {
    key(name);
    return value(of_member);
  }

  /// The document, which must be complete.
  std::string take() &&;

 private:
  enum class Scope : std::uint8_t { document, array, object, object_after_key };

  JsonText& boolean(bool truth);
  JsonText& integer(std::int64_t number);
  JsonText& natural(std::uint64_t number);

  void before_value();
  void after_value() noexcept;
  void open(char bracket, Scope scope);
  void close(char bracket, Scope scope);
  Scope& scope() noexcept { return scopes_[depth_]; }

  std::string text_;
  std::size_t depth_ = 0;
  bool needs_comma_ = false;
  std::array<Scope, max_depth + 1> scopes_{};
};

/// Appends `text` to `out` as a JSON string with its quotes, escaped as JsonText::value() does.
void append_json_string(std::string& out, std::string_view text);

}  // namespace nacre
