// Query strings and percent-encoding: decoding takes back what encoding did.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "nacre/error.hpp"
#include "server/query_fields.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using nacre::server::QueryFields;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::string encoded;
  nacre::server::append_percent_encoded(encoded, input);
  NACRE_CHECK(nacre::server::decode_percent(encoded) == input);
  static_cast<void>(nacre::server::decode_percent(input));
  constexpr std::array<std::string_view, 3> allowed = {"ttl", "tags", "a"};
  try {
    const QueryFields fields(input, allowed);
    for (const std::string_view name : allowed) static_cast<void>(fields.find(name));
  } catch (const nacre::Error& error) {
    NACRE_CHECK(error.code() == nacre::Errc::invalid_argument);
  }
  return 0;
}
