// Any bytes as what the API reads of a request: query strings, percent-encoding, JSON bodies and
// values. Each is read whole or refused with an Error, and what was read holds together.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "nacre/error.hpp"
#include "server/append_text.hpp"
#include "server/json_body.hpp"
#include "server/media_type.hpp"
#include "server/query_fields.hpp"
#include "server/request_fields.hpp"

namespace {

using namespace nacre::server;

// Every value below `view` must be JSON by itself.
void walk(const JsonView& view, int depth) {
  if (view.text().empty() || depth > 40) std::abort();
  switch (view.kind()) {
    case JsonView::Kind::object:
      for (const auto& [name, value] : view.members()) walk(value, depth + 1);
      break;
    case JsonView::Kind::array:
      for (const JsonView& element : view.elements()) walk(element, depth + 1);
      break;
    case JsonView::Kind::string:
      view.string();
      break;
    case JsonView::Kind::number:
      view.number();
      break;
    case JsonView::Kind::boolean:
    case JsonView::Kind::null:
      break;
  }
  check_json(view.text(), "part");
}

void read_json(std::string_view text) {
  try {
    check_json(text, "body");
  } catch (const nacre::Error&) {
    return;
  }
  walk(JsonView(text), 0);
  constexpr std::string_view names[] = {"keys", "ttl", "force", "tags"};
  try {
    const JsonFields fields(JsonView(text), "body", names);
    fields.find_strings("keys", 10);
    fields.find_duration("ttl");
    fields.find_boolean("force");
  } catch (const nacre::Error&) {
    return;
  }
}

void read_query(std::string_view text) {
  constexpr std::string_view names[] = {"ttl", "tags", "swr", "sie", "limit"};
  try {
    const QueryFields query(text, names);
    read_write_options(query);
    if (const std::string* limit = query.find("limit")) read_count("limit", *limit, {1, 1000});
  } catch (const nacre::Error&) {
    return;
  }
}

void read_key(std::string_view text) {
  try {
    const std::string key = read_path_key(text);
    std::string encoded;
    append_percent_encoded(encoded, key);
    if (read_path_key(encoded) != key) std::abort();
  } catch (const nacre::Error&) {
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  read_json(input);
  read_query(input);
  read_key(input);
  accepts_type(input, "application/json");
  if (const auto decoded = decode_base64(input)) {
    std::string encoded;
    append_base64(encoded, *decoded);
    if (encoded != input) std::abort();
  }
  return 0;
}
