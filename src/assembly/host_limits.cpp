#include "assembly/host_limits.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <initializer_list>
#include <iterator>

namespace nacre::assembly {
namespace {

constexpr std::string_view control_groups = "/sys/fs/cgroup";

// Files of the kernel, which are short and may be missing.
std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::uint64_t smaller_limit(std::uint64_t a, std::uint64_t b) {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

// Each group above limits as well.
std::uint64_t control_group_memory() {
  std::string group = parse_control_group(text_of("/proc/self/cgroup"));
  std::uint64_t limit = parse_memory_limit(text_of("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
  while (true) {
    limit = smaller_limit(
        limit, parse_memory_limit(text_of(std::string(control_groups) + group + "/memory.max")));
    const std::size_t slash = group.rfind('/');
    if (slash == std::string::npos) return limit;
    group.resize(slash);
  }
}

}  // namespace

HostLimits read_host_limits() {
  HostLimits limits;
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  if (pages > 0 && page_bytes > 0) {
    limits.memory_bytes =
        static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes);
  }
  limits.memory_bytes = smaller_limit(limits.memory_bytes, control_group_memory());
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY) {
    limits.open_files = files.rlim_cur;
  }
  return limits;
}

std::uint64_t parse_memory_limit(std::string_view text) {
  constexpr std::uint64_t no_limit = std::uint64_t{1} << 62U;  // version 1 says 2^63 - one page
  std::uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (error != std::errc{} || bytes >= no_limit) return 0;
  return bytes;
}

std::string parse_control_group(std::string_view text) {
  constexpr std::string_view version_2 = "0::";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with(version_2)) continue;
    line.remove_prefix(version_2.size());
    if (line == "/" || !line.starts_with('/')) return {};
    return std::string(line);
  }
  return {};
}

}  // namespace nacre::assembly
