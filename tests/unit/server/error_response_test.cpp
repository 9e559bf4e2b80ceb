#include "server/error_response.hpp"

#include <gtest/gtest.h>

namespace nacre::server {
namespace {

TEST(ErrorResponse, has_the_shape_of_every_error) {
  const Response plain = error_response(Error(Errc::invalid_key, "the key is \"empty\""));
  EXPECT_EQ(plain.status, 400);
  EXPECT_EQ(
      plain.text,
      R"({"error":{"code":"cache.invalid_key","message":"the key is \"empty\"","details":null}})");
  const Response detailed =
      error_response(405, Error(Errc::no_handler, "m", {{"field", "ttl"}, {"allowed", "1"}}));
  EXPECT_EQ(detailed.status, 405);
  EXPECT_NE(detailed.text.find(R"("details":{"field":"ttl","allowed":"1"})"), std::string::npos);
}

}  // namespace
}  // namespace nacre::server
