#include "codec/type_name.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace nacre {

std::string readable_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  if (status != 0) return type.name();

  // The standard library's name of std::string is longer than most messages.
  constexpr std::string_view long_name =
      "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";
  std::string name = demangled.get();
  for (std::size_t at = name.find(long_name); at != std::string::npos; at = name.find(long_name)) {
    name.replace(at, long_name.size(), "std::string");
  }
  return name;
}

}  // namespace nacre
