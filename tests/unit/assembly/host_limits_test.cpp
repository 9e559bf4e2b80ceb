#include "assembly/host_limits.hpp"

#include <gtest/gtest.h>

namespace nacre::assembly {
namespace {

TEST(HostLimits, reads_what_control_groups_say) {
  EXPECT_EQ(parse_memory_limit("1073741824\n"), 1073741824u);
  EXPECT_EQ(parse_memory_limit("max\n"), 0u);
  EXPECT_EQ(parse_memory_limit("9223372036854771712\n"), 0u);
  EXPECT_EQ(parse_memory_limit(""), 0u);
}

TEST(HostLimits, finds_the_control_group_of_version_2) {
  EXPECT_EQ(parse_control_group("0::/system.slice/nacred.service\n"),
            "/system.slice/nacred.service");
  EXPECT_EQ(parse_control_group("5:memory:/x\n0::/y\n"), "/y");
  EXPECT_EQ(parse_control_group("0::/\n"), "");
  EXPECT_EQ(parse_control_group(""), "");
}

TEST(HostLimits, this_machine_has_some) {
  const HostLimits limits = read_host_limits();
  EXPECT_GT(limits.memory_bytes, std::uint64_t{1} << 20);
}

}  // namespace
}  // namespace nacre::assembly
