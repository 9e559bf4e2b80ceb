#include "nacre/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace nacre {
namespace {

TEST(Error, carries_code_message_and_details) {
  const Error error(Errc::invalid_key, "key is empty", {{"field", "key"}});

  EXPECT_EQ(error.code(), Errc::invalid_key);
  EXPECT_EQ(error.message(), "key is empty");
  ASSERT_EQ(error.details().size(), 1U);
  EXPECT_EQ(error.details().front().second, "key");
}

TEST(ErrcTable, names_every_code_once_and_finds_it_again) {
  std::set<std::string_view> names;
  for (const ErrcRow& row : errc_table()) {
    EXPECT_TRUE(row.name.starts_with("cache.")) << row.name;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(find_errc(row.name), row.code);
    EXPECT_EQ(name_of(row.code), row.name);
    EXPECT_EQ(http_status_of(row.code), row.http_status);
    EXPECT_TRUE(row.meaning.ends_with('.')) << row.name;
  }
}

TEST(ErrcTable, has_the_documented_statuses) {
  EXPECT_EQ(http_status_of(Errc::connection_failed), 503);
  EXPECT_EQ(http_status_of(Errc::connection_lost), 503);
  EXPECT_EQ(http_status_of(Errc::command_timeout), 504);
  EXPECT_EQ(http_status_of(Errc::script_execution_failed), 500);
  EXPECT_EQ(http_status_of(Errc::unsupported_in_cluster), 501);
  EXPECT_EQ(http_status_of(Errc::load_timeout), 504);
  EXPECT_EQ(http_status_of(Errc::load_failed), 502);
  EXPECT_EQ(http_status_of(Errc::serialization_failed), 500);
  EXPECT_EQ(http_status_of(Errc::deserialization_failed), 500);
  EXPECT_EQ(http_status_of(Errc::invalid_key), 400);
  EXPECT_EQ(http_status_of(Errc::invalid_namespace), 400);
  EXPECT_EQ(http_status_of(Errc::invalid_argument), 400);
  EXPECT_EQ(http_status_of(Errc::key_not_found), 404);
  EXPECT_EQ(http_status_of(Errc::no_handler), 404);
  EXPECT_EQ(http_status_of(Errc::value_too_large), 413);
  EXPECT_EQ(http_status_of(Errc::flush_disabled_in_production), 403);
  EXPECT_EQ(http_status_of(Errc::shutdown_timeout), 500);
  EXPECT_EQ(http_status_of(Errc::saturated), 503);
  EXPECT_EQ(http_status_of(Errc::unauthorized), 401);
  EXPECT_EQ(http_status_of(Errc::forbidden), 403);
  EXPECT_EQ(http_status_of(Errc::internal), 500);
}

TEST(ErrcTable, finds_no_unknown_name) {
  EXPECT_EQ(find_errc("cache.no_such_code"), std::nullopt);
  EXPECT_EQ(find_errc("invalid_key"), std::nullopt);
  EXPECT_EQ(find_errc(""), std::nullopt);
}

}  // namespace
}  // namespace nacre
