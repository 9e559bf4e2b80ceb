// JSON in requests: what is accepted can be walked to every leaf, and is still JSON when its parts
// are put together again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "nacre/error.hpp"
#include "server/json_body.hpp"

namespace {

using nacre::server::check_json;
using nacre::server::JsonView;

void walk(const JsonView& value, std::size_t depth) {
  NACRE_CHECK(depth <= nacre::server::max_json_depth);
  check_json(value.text(), "part");
  switch (value.kind()) {
    case JsonView::Kind::object:
      for (const auto& [name, member] : value.members()) walk(member, depth + 1);
      break;
    case JsonView::Kind::array:
      for (const JsonView& element : value.elements()) walk(element, depth + 1);
      break;
    case JsonView::Kind::string:
      static_cast<void>(value.string());
      break;
    case JsonView::Kind::number:
      static_cast<void>(value.number());
      break;
    case JsonView::Kind::boolean:
    case JsonView::Kind::null:
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  try {
    check_json(input, "body");
  } catch (const nacre::Error& error) {
    NACRE_CHECK(error.code() == nacre::Errc::invalid_argument);
    return 0;
  }
  walk(JsonView(input), 0);
  return 0;
}
