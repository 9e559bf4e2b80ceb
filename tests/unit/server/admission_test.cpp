#include "server/admission.hpp"

#include <gtest/gtest.h>

namespace nacre::server {
namespace {

TEST(Admission, limits_all_connections) {
  const HttpLimits limits{.max_connection_count = 2};
  Admission admission(limits);
  EXPECT_TRUE(admission.try_enter("127.0.0.1", true));
  EXPECT_TRUE(admission.try_enter("127.0.0.1", true));
  EXPECT_FALSE(admission.try_enter("127.0.0.1", true));
  admission.leave("127.0.0.1", true);
  EXPECT_TRUE(admission.try_enter("192.0.2.1", false));
  EXPECT_EQ(admission.open_count(), 2U);
}

TEST(Admission, limits_each_address_but_loopback) {
  const HttpLimits limits{.max_connection_count = 100, .max_connections_per_address = 2};
  Admission admission(limits);
  EXPECT_TRUE(admission.try_enter("192.0.2.1", false));
  EXPECT_TRUE(admission.try_enter("192.0.2.1", false));
  EXPECT_FALSE(admission.try_enter("192.0.2.1", false));
  EXPECT_TRUE(admission.try_enter("192.0.2.2", false));
  for (int count = 0; count < 10; ++count) EXPECT_TRUE(admission.try_enter("::1", true));
  admission.leave("192.0.2.1", false);
  EXPECT_TRUE(admission.try_enter("192.0.2.1", false));
  EXPECT_EQ(admission.open_count(), 13U);
}

TEST(Admission, a_limit_of_zero_means_nothing) {
  const HttpLimits limits{.max_connection_count = 0};
  Admission admission(limits);
  EXPECT_FALSE(admission.try_enter("127.0.0.1", true));
}

}  // namespace
}  // namespace nacre::server
