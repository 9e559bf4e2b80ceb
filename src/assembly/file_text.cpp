#include "assembly/file_text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/scope_exit.hpp"
#include "nacre/error.hpp"

namespace nacre::assembly {
namespace {

[[noreturn]] void refuse(std::string_view what, const std::string& path, std::string_view trouble) {
  throw Error(Errc::invalid_argument, fmt::format("{} {} {}", what, path, trouble),
              {{"field", std::string(what)}, {"path", path}});
}

std::string system_text(int error_number) {
  return fmt::format("cannot be read: {}", std::generic_category().message(error_number));
}

}  // namespace

std::string read_file_text(const std::string& path, std::string_view what, std::size_t max_bytes,
                           FileCheck check) {
  // Not blocking: a named pipe must not stop the program before it is refused below.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) refuse(what, path, system_text(errno));
  const ScopeExit close_file([file] { ::close(file); });
  struct stat status{};
  if (::fstat(file, &status) != 0) refuse(what, path, system_text(errno));
  if (!S_ISREG(status.st_mode)) refuse(what, path, "is not a regular file");
  if (check != nullptr) check(path, status);

  std::string text(max_bytes + 1, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t count = ::read(file, text.data() + filled, text.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(what, path, system_text(errno));
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  if (filled > max_bytes) {
    refuse(what, path, fmt::format("is too large; allowed: at most {} bytes", max_bytes));
  }
  text.resize(filled);
  return text;
}

}  // namespace nacre::assembly
