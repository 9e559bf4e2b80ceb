#include "server/access_policy.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "unit/server/api_fixture.hpp"

namespace nacre::server::testing {
namespace {

struct Asked {
  std::string_view host = "localhost:3000";
  std::string_view origin{};
  std::string_view fetch_site{};
  std::string_view authorization{};
  std::string local = "127.0.0.1";
};

// The code of the refusal, or "" when the request may go on.
std::string refusal_of(const AccessPolicy& policy, const Asked& asked,
                       Access access = Access::token) {
  RequestHead head;
  head.host = asked.host;
  head.origin = asked.origin;
  head.fetch_site = asked.fetch_site;
  head.authorization = asked.authorization;
  const PeerAddress peer{.remote = "192.0.2.7", .local = asked.local};
  const std::optional<Error> refusal =
      policy.find_refusal(Request{.head = head, .peer = peer}, access);
  return refusal ? std::string(name_of(refusal->code())) : "";
}

TEST(AccessPolicy, answers_for_its_own_names_only) {
  const AccessPolicy policy({.allowed_hosts = {"cache.example"}});
  for (const std::string_view host :
       {"localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:3000", "[::1]", "[::1]:3000",
        "cache.example", "Cache.Example:443", ""}) {
    EXPECT_EQ(refusal_of(policy, {.host = host}), "") << host;
  }
  for (const std::string_view host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "localhost.",
        "127.0.0.2", "0.0.0.0", "[::2]", "cache.example.evil", "xcache.example", "2130706433",
        "127.1"}) {
    EXPECT_EQ(refusal_of(policy, {.host = host}), "cache.forbidden") << host;
  }
}

TEST(AccessPolicy, answers_for_the_address_that_was_connected_to) {
  const AccessPolicy policy{AccessOptions{}};
  EXPECT_EQ(refusal_of(policy, {.host = "192.0.2.1:3000", .local = "192.0.2.1"}), "");
  EXPECT_EQ(refusal_of(policy, {.host = "[2001:db8::1]:3000", .local = "2001:db8::1"}), "");
  EXPECT_EQ(refusal_of(policy, {.host = "192.0.2.2:3000", .local = "192.0.2.1"}),
            "cache.forbidden");
}

TEST(AccessPolicy, lets_only_its_own_pages_ask) {
  const AccessPolicy policy(
      {.allowed_hosts = {"cache.example"}, .allowed_origins = {"https://console.example"}});
  struct Case {
    std::string_view host{};
    std::string_view origin{};
    bool is_allowed = false;
  };
  for (const Case& tried : {
           Case{"localhost:3000", "http://localhost:3000", true},
           Case{"localhost:3000", "HTTP://LOCALHOST:3000", true},
           Case{"cache.example", "https://cache.example", true},
           Case{"[::1]:3000", "http://[::1]:3000", true},
           Case{"localhost:3000", "https://console.example", true},
           Case{"localhost:3000", "null", false},
           Case{"localhost:3000", "http://localhost", false},
           Case{"localhost:3000", "http://localhost:3001", false},
           Case{"localhost:3000", "http://127.0.0.1:3000", false},
           Case{"localhost:3000", "http://sub.localhost:3000", false},
           Case{"localhost:3000", "http://localhost.:3000", false},
           Case{"localhost:3000", "http://localhost:3000.evil.example", false},
           Case{"localhost:3000", "http://evil.example", false},
           Case{"localhost:3000", "ftp://localhost:3000", false},
           Case{"localhost:3000", "localhost:3000", false},
           Case{"localhost:3000", "http://localhost:3000/", false},
           Case{"localhost:3000", "https://console.example.evil", false},
       }) {
    EXPECT_EQ(refusal_of(policy, {.host = tried.host, .origin = tried.origin}),
              tried.is_allowed ? "" : "cache.forbidden")
        << tried.origin;
  }
}

TEST(AccessPolicy, refuses_requests_other_sites_made_a_browser_send) {
  const AccessPolicy policy{AccessOptions{}};
  EXPECT_EQ(refusal_of(policy, {.fetch_site = "same-origin"}), "");
  EXPECT_EQ(refusal_of(policy, {.fetch_site = "none"}), "");
  EXPECT_EQ(refusal_of(policy, {.fetch_site = "cross-site"}), "cache.forbidden");
  EXPECT_EQ(refusal_of(policy, {.fetch_site = "same-site"}), "cache.forbidden");
  EXPECT_EQ(refusal_of(policy, {.fetch_site = "new-kind"}), "cache.forbidden");
}

TEST(AccessPolicy, wants_the_token_where_the_route_does) {
  const AccessPolicy policy({.bearer_token = "0123456789abcdef"});
  EXPECT_EQ(refusal_of(policy, {.authorization = "Bearer 0123456789abcdef"}), "");
  EXPECT_EQ(refusal_of(policy, {.authorization = "bearer 0123456789abcdef"}), "");
  for (const std::string_view wrong :
       {"", "Bearer", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0",
        "Bearer  0123456789abcdef", "Bearer 0123456789ABCDEF", "Basic 0123456789abcdef",
        "0123456789abcdef"}) {
    EXPECT_EQ(refusal_of(policy, {.authorization = wrong}), "cache.unauthorized") << wrong;
  }
  EXPECT_EQ(refusal_of(policy, {}, Access::open), "");
  EXPECT_EQ(refusal_of(policy, {.host = "evil.example"}, Access::open), "cache.forbidden");
}

TEST(CheckExposure, wants_a_token_for_addresses_others_can_reach) {
  EXPECT_NO_THROW(check_exposure({"127.0.0.1:0", "[::1]:80", "localhost:80"}, false));
  EXPECT_NO_THROW(check_exposure({"0.0.0.0:80"}, true));
  for (const std::string listen : {"0.0.0.0:80", "192.0.2.1:80", "[::]:80", "[2001:db8::1]:80"}) {
    try {
      check_exposure({"127.0.0.1:0", listen}, false);
      ADD_FAILURE() << listen;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_argument);
      EXPECT_NE(error.message().find("server.bearer_token_file"), std::string::npos);
    }
  }
}

class ApiAccess : public ApiFixture {};

TEST_F(ApiAccess, refuses_foreign_hosts_and_origins_on_every_path) {
  for (const std::string path : {"/api/cache/k", "/health/live", "/nowhere"}) {
    expect_error(send("GET " + path + " HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 403,
                 "cache.forbidden", {"Host", "server.allowed_hosts"});
    expect_error(get(path, "Origin: http://evil.example\r\n"), 403, "cache.forbidden", {"Origin"});
    expect_error(get(path, "Sec-Fetch-Site: cross-site\r\n"), 403, "cache.forbidden",
                 {"Sec-Fetch-Site"});
  }
}

TEST_F(ApiAccess, asks_for_the_token_on_all_but_two_routes) {
  set_up_backend([](Backend& backend) {
    backend.access = AccessPolicy({.bearer_token = "0123456789abcdef"});
  });
  for (const Route& route : make_route_table()) {
    const std::string request = std::string(name_of(route.method)) + " " + std::string(route.path) +
                                " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const WireReply reply = send(request);
    if (route.path == "/health/live" || route.path == "/health/ready") {
      EXPECT_EQ(reply.status, 200) << request;
      continue;
    }
    expect_error(reply, 401, "cache.unauthorized", {"Authorization"});
    EXPECT_EQ(reply.fields.at("www-authenticate"), "Bearer realm=\"nacre\"");
  }
  expect_error(get("/nowhere"), 401, "cache.unauthorized");
  EXPECT_EQ(get("/api/admin/info", "Authorization: Bearer 0123456789abcdef\r\n").status, 200);
}

TEST_F(ApiAccess, takes_the_token_of_a_new_configuration) {
  set_up_backend([](Backend& backend) {
    backend.access = AccessPolicy({.bearer_token = "first-token-here"});
  });
  set_up_backend([](Backend& backend) {
    backend.access = AccessPolicy({.bearer_token = "second-token-here"});
  });
  EXPECT_EQ(get("/api/admin/info", "Authorization: Bearer first-token-here\r\n").status, 401);
  EXPECT_EQ(get("/api/admin/info", "Authorization: Bearer second-token-here\r\n").status, 200);
}

}  // namespace
}  // namespace nacre::server::testing
