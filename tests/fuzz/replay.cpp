// Runs a fuzz target on the files of a folder, each whole and cut off at every byte, where
// libFuzzer is not linked: so that a kept finding is a test under every compiler.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

/// Beyond this many bytes a file is not cut: the cost is quadratic.
constexpr std::size_t max_cut_bytes = 2048;

void run(const std::string& content, std::size_t size) {
  // A copy of exactly this size, so that AddressSanitizer sees a read beyond it.
  const std::vector<std::uint8_t> bytes(content.begin(),
                                        content.begin() + static_cast<std::ptrdiff_t>(size));
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

void run_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  for (std::size_t size = 0; size < std::min(content.size(), max_cut_bytes); ++size) {
    run(content, size);
  }
  run(content, content.size());
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
    return 64;
  }
  std::size_t file_count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
    if (!entry.is_regular_file()) continue;
    run_file(entry.path());
    ++file_count;
  }
  std::printf("%zu files\n", file_count);
  return file_count > 0 ? 0 : 1;
}
