#include "redis/server_error.hpp"

#include <gtest/gtest.h>

#include "resp/reader.hpp"

namespace nacre::redis {
namespace {

Error error_of(const std::string& line, bool is_script = false) {
  resp::Reader reader;
  reader.feed("-" + line + "\r\n");
  EXPECT_EQ(reader.next(), resp::Step::reply);
  return error_from(reader.frame(), is_script);
}

TEST(ServerError, is_told_by_the_first_word) {
  EXPECT_EQ(server_error_of("ASK 1 h:1"), ServerError::ask);
  EXPECT_EQ(server_error_of("WRONGTYPE Operation against"), ServerError::wrong_type);
  EXPECT_EQ(server_error_of("NOSCRIPT"), ServerError::no_script);
  EXPECT_EQ(server_error_of("OOM command not allowed"), ServerError::out_of_memory);
  EXPECT_EQ(server_error_of("BUSYKEY Target key name already exists."), ServerError::other);
  EXPECT_EQ(server_error_of("ERR unknown command 'HELLO'"), ServerError::unknown_command);
  EXPECT_EQ(server_error_of("ERR syntax error"), ServerError::other);
  EXPECT_EQ(server_error_of(""), ServerError::other);
  for (const char* text : {"LOADING x", "MASTERDOWN x", "CLUSTERDOWN x", "TRYAGAIN x"}) {
    EXPECT_TRUE(is_transient(server_error_of(text))) << text;
  }
  EXPECT_FALSE(is_transient(server_error_of("READONLY x")));
}

TEST(Redirect, is_read_from_moved_and_ask) {
  const auto redirect = redirect_of("MOVED 3999 127.0.0.1:6381");
  ASSERT_TRUE(redirect);
  EXPECT_EQ(redirect->slot, 3999);
  EXPECT_EQ(redirect->host, "127.0.0.1");
  EXPECT_EQ(redirect->port, 6381);
  EXPECT_EQ(redirect_of("MOVED 12182 :21402")->host, "");
  EXPECT_EQ(redirect_of("ASK 0 [::1]:7000")->host, "::1");
  EXPECT_EQ(redirect_of("ASK 0 ::1:7000")->host, "::1");
}

TEST(Redirect, is_not_believed_when_malformed) {
  for (const char* text : {"MOVED", "MOVED 1", "MOVED 1 h", "MOVED 16384 h:1", "MOVED -1 h:1",
                           "MOVED x h:1", "MOVED 1 h:0", "MOVED 1 h:65536", "MOVED 1:2 h"}) {
    EXPECT_FALSE(redirect_of(text)) << text;
  }
}

TEST(ErrorFrom, gives_the_code_a_caller_of_nacre_sees) {
  EXPECT_EQ(error_of("LOADING x").code(), Errc::connection_failed);
  EXPECT_EQ(error_of("READONLY x").code(), Errc::connection_failed);
  EXPECT_EQ(error_of("NOPERM x").code(), Errc::forbidden);
  EXPECT_EQ(error_of("OOM x").code(), Errc::saturated);
  EXPECT_EQ(error_of("CROSSSLOT x").code(), Errc::unsupported_in_cluster);
  EXPECT_EQ(error_of("WRONGTYPE x").code(), Errc::invalid_argument);
  EXPECT_EQ(error_of("ERR x", true).code(), Errc::script_execution_failed);
  EXPECT_LE(error_of("ERR " + std::string(9000, 'x')).message().size(), 250U);
}

}  // namespace
}  // namespace nacre::redis
