// The route table: matching, its OpenAPI document, and that every route has its test.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/json_body.hpp"
#include "server/openapi.hpp"
#include "server/route.hpp"
#include "server/route_tree.hpp"
#include "unit/server/api_fixture.hpp"

namespace nacre::server::testing {
namespace {

// Which test asks each route for its answer. A route that is missing here, or whose test is
// missing in this program, fails the test below.
const std::map<std::string, std::string>& route_tests() {
  static const std::map<std::string, std::string> tests = {
      {"GET /api/cache/{key}", "RestEntries.reads_what_was_written_with_its_facts"},
      {"GET /api/cache/entries/{key}", "RestEntries.reaches_keys_named_like_routes_below_entries"},
      {"PUT /api/cache/entries/{key}", "RestEntries.reads_what_was_written_with_its_facts"},
      {"DELETE /api/cache/entries/{key}", "RestEntries.removes_for_good"},
      {"POST /api/cache/mget", "RestBulk.reads_many_in_order_and_says_each_state"},
      {"POST /api/cache/mset", "RestBulk.writes_many_as_they_were_sent"},
      {"POST /api/cache/warm", "RestBulk.warms_what_is_not_fresh"},
      {"POST /api/cache/invalidate", "RestBulk.invalidates_by_each_selector"},
      {"GET /api/cache/stats", "RestStatus.counts_hits_and_misses"},
      {"GET /api/admin/keys", "RestAdmin.lists_every_key_once_page_by_page"},
      {"GET /api/admin/keys/{key}", "RestAdmin.shows_one_key_without_its_value"},
      {"DELETE /api/admin/keys/{key}", "RestAdmin.removes_expires_and_persists_one_key"},
      {"POST /api/admin/keys/{key}/expire", "RestAdmin.removes_expires_and_persists_one_key"},
      {"POST /api/admin/keys/{key}/persist", "RestAdmin.removes_expires_and_persists_one_key"},
      {"GET /api/admin/explain", "RestAdmin.explains_what_the_next_read_does"},
      {"POST /api/admin/flush", "RestAdmin.flushes_but_not_in_production"},
      {"GET /api/admin/info", "RestStatus.tells_of_the_daemon"},
      {"GET /api/admin/namespaces", "RestStatus.lists_namespaces"},
      {"GET /api/admin/config", "RestStatus.shows_the_config_it_was_given"},
      {"GET /api/openapi.json", "OpenApi.is_served"},
      {"GET /metrics", "RestStatus.writes_metrics_in_both_formats"},
      {"GET /health/live", "RestStatus.is_live_while_it_drains_but_not_ready"},
      {"GET /health/ready", "RestStatus.is_live_while_it_drains_but_not_ready"},
      {"GET /health", "RestStatus.tells_each_tiers_state_and_latency"},
  };
  return tests;
}

std::string title_of(const Route& route) {
  return std::string(name_of(route.method)) + " " + std::string(route.path);
}

TEST(RouteTable, has_a_test_for_every_route) {
  std::set<std::string> tests;
  const ::testing::UnitTest& program = *::testing::UnitTest::GetInstance();
  for (int suite = 0; suite < program.total_test_suite_count(); ++suite) {
    const ::testing::TestSuite& tested = *program.GetTestSuite(suite);
    for (int index = 0; index < tested.total_test_count(); ++index) {
      tests.insert(std::string(tested.name()) + "." + tested.GetTestInfo(index)->name());
    }
  }
  std::set<std::string> routes;
  for (const Route& route : make_route_table()) {
    routes.insert(title_of(route));
    EXPECT_EQ(route_tests().count(title_of(route)), 1U) << title_of(route) << " has no test";
  }
  for (const auto& [route, test] : route_tests()) {
    EXPECT_EQ(routes.count(route), 1U) << route << " is no route";
    EXPECT_EQ(tests.count(test), 1U) << test << " is no test of this program";
  }
}

TEST(RouteTree, finds_every_route_of_the_table) {
  const std::vector<Route> routes = make_route_table();
  const RouteTree tree(routes);
  for (std::size_t index = 0; index < routes.size(); ++index) {
    std::string path(routes[index].path);
    const std::size_t parameter = path.find("{key}");
    if (parameter != std::string::npos) path.replace(parameter, 5, "some%2Fkey");
    const RouteTree::Match match = tree.find(routes[index].method, path);
    EXPECT_EQ(match.route, &routes[index]) << path;
    EXPECT_EQ(match.route_index, index);
    EXPECT_EQ(match.path_parameter, parameter == std::string::npos ? "" : "some%2Fkey");
  }
}

TEST(RouteTree, finds_nothing_where_nothing_is) {
  const std::vector<Route> routes = make_route_table();
  const RouteTree tree(routes);
  for (const std::string path :
       {"/", "", "/api", "/api/", "/api/cache", "/health/", "/health/live/", "//health",
        "/api/cache/a/b", "/API/cache/a", "/metrics/x"}) {
    const RouteTree::Match match = tree.find(Method::get, path);
    EXPECT_EQ(match.route, nullptr) << path;
    EXPECT_EQ(match.allow, "") << path;
  }
}

TEST(RouteTree, tells_the_methods_a_path_has) {
  const std::vector<Route> routes = make_route_table();
  const RouteTree tree(routes);
  EXPECT_EQ(tree.find(Method::post, "/api/cache/entries/k").allow, "GET, HEAD, PUT, DELETE");
  EXPECT_EQ(tree.find(Method::get, "/api/cache/mget").allow, "POST");
  EXPECT_EQ(tree.find(Method::other, "/metrics").allow, "GET, HEAD");
  EXPECT_NE(tree.find(Method::head, "/metrics").route, nullptr);
}

class ApiRouting : public ApiFixture {};

TEST_F(ApiRouting, answers_404_and_405_with_what_is_allowed) {
  expect_error(get("/nowhere"), 404, "cache.no_handler", {"openapi.json"});
  const WireReply reply = send(body_request("PATCH", "/api/cache/entries/k", "x"));
  expect_error(reply, 405, "cache.no_handler", {"GET, HEAD, PUT, DELETE"});
  EXPECT_EQ(reply.fields.at("allow"), "GET, HEAD, PUT, DELETE");
}

// Collects every "$ref" and "operationId" of a document.
void collect(const JsonView& view, std::vector<std::string>& references,
             std::vector<std::string>& operations) {
  if (view.kind() == JsonView::Kind::array) {
    for (const JsonView& element : view.elements()) collect(element, references, operations);
  }
  if (view.kind() != JsonView::Kind::object) return;
  for (const auto& [name, value] : view.members()) {
    if (name == "$ref") references.push_back(value.string());
    if (name == "operationId") operations.push_back(value.string());
    collect(value, references, operations);
  }
}

std::optional<JsonView> member(const JsonView& view, std::string_view name) {
  for (const auto& [member_name, value] : view.members()) {
    if (member_name == name) return value;
  }
  return std::nullopt;
}

class OpenApi : public ApiFixture {};

TEST_F(OpenApi, is_served) {
  const WireReply reply = get("/api/openapi.json");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, render_openapi(make_route_table()));
}

TEST_F(OpenApi, is_sound) {
  const std::string text = render_openapi(make_route_table());
  check_json(text, "document");
  const JsonView document(text);
  EXPECT_EQ(member(document, "openapi")->string(), "3.1.0");
  EXPECT_TRUE(member(document, "info"));
  std::vector<std::string> references;
  std::vector<std::string> operations;
  collect(document, references, operations);
  EXPECT_EQ(operations.size(), make_route_table().size());
  EXPECT_EQ(std::set<std::string>(operations.begin(), operations.end()).size(), operations.size());
  const JsonView schemas = *member(*member(document, "components"), "schemas");
  constexpr std::string_view prefix = "#/components/schemas/";
  for (const std::string& reference : references) {
    ASSERT_TRUE(reference.starts_with(prefix)) << reference;
    EXPECT_TRUE(member(schemas, reference.substr(prefix.size()))) << reference;
  }
}

TEST_F(OpenApi, describes_every_path_parameter) {
  for (const Route& route : make_route_table()) {
    const bool has_key = route.path.find("{key}") != std::string_view::npos;
    int described_count = 0;
    for (const RouteParameter& parameter : route.parameters) {
      check_json(parameter.schema, parameter.name);
      if (parameter.place == Place::path) ++described_count;
    }
    EXPECT_EQ(described_count, has_key ? 1 : 0) << title_of(route);
    EXPECT_FALSE(route.summary.empty()) << title_of(route);
    EXPECT_FALSE(route.response.empty()) << title_of(route);
  }
}

}  // namespace
}  // namespace nacre::server::testing
