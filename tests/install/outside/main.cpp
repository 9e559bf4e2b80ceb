// What crosses the border of the library: inline templates, exported functions, an exception that
// is caught by its type, and a callback into this program.
#include <nacre/nacre.hpp>

#include <cstdio>
#include <string>

#ifndef NACRE_VERSION_MAJOR
#error "the version header is not installed"
#endif

int main() {
  nacre::Cache cache;

  cache.set("greeting", "hello");
  if (*cache.get<std::string>("greeting") != "hello") return 1;

  const auto loaded = cache.get_or_load("answer", [] { return 42; });
  if (*loaded != 42) return 2;

  try {
    cache.set("", 1);
    return 3;
  } catch (const nacre::Error& error) {
    if (error.code() != nacre::Errc::invalid_key) return 4;
    if (nacre::http_status_of(error.code()) != 400) return 5;
  }

  std::printf("nacre %.*s\n", static_cast<int>(nacre::version.size()), nacre::version.data());
  return 0;
}
