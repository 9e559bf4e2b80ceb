// Writes docs/configuration.md and packaging/nacre.toml into the folder it is given.
#include <fmt/core.h>

#include <fstream>
#include <string>

#include "assembly/config_texts.hpp"

namespace {

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) fmt::print(stderr, "{} cannot be written\n", path);
  return !file.fail();
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    fmt::print(stderr, "usage: write_config_texts FOLDER\n");
    return 64;
  }
  const std::string folder = arguments[1];
  const bool has_docs =
      write(folder + "/docs/configuration.md", nacre::assembly::render_config_docs());
  const bool has_example =
      write(folder + "/packaging/nacre.toml", nacre::assembly::render_example_config());
  return has_docs && has_example ? 0 : 1;
}
