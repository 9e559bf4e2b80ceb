// The example origin, as its clients see it: the real process on a free port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "support/child_process.hpp"
#include "support/http_connection.hpp"

namespace nacre::test {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;
using testing::HasSubstr;

constexpr std::string_view ready = "nacre-catalogue ready http=127.0.0.1:";
constexpr const char* product_route = "GET /catalog/products/{id}";

class Catalogue : public testing::Test {
 protected:
  void start(std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), {CATALOGUE_PROGRAM, "--listen", "127.0.0.1:0"});
    process_ = std::make_unique<ChildProcess>(flags);
    const std::string line = process_->read_line().value_or("");
    ASSERT_TRUE(line.starts_with(ready)) << line << process_->wait().err;
    port_ = line.substr(ready.size());
  }

  HttpConnection connect() { return {"127.0.0.1", port_}; }
  HttpReply ask(const HttpRequest& request) { return exchange("127.0.0.1", port_, request); }
  HttpReply get(const std::string& target) { return ask({.target = target}); }

  json::value read(const std::string& target) {
    const HttpReply reply = get(target);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return json::parse(reply.body);
  }

  json::value set_control(const std::string& body) {
    const HttpReply reply = ask({.method = "PUT", .target = "/control", .body = body});
    EXPECT_EQ(reply.status, 200) << reply.body;
    return json::parse(reply.body);
  }

  std::int64_t requests_to(const std::string& route) {
    return read("/control").at("requests").at(route).to_number<std::int64_t>();
  }

  /// Asks the control until `holds` is true of it; false after 20 seconds.
  bool control_comes_to(const std::function<bool(const json::value&)>& holds) {
    const auto give_up = steady_clock::now() + std::chrono::seconds(20);
    while (steady_clock::now() < give_up) {
      if (holds(read("/control"))) return true;
    }
    return false;
  }

  std::unique_ptr<ChildProcess> process_;
  std::string port_;
};

TEST_F(Catalogue, shows_a_product_of_the_default_tenant) {
  start();
  const json::value product = read("/catalog/products/42");
  EXPECT_EQ(product.at("id"), "42");
  EXPECT_EQ(product.at("tenant"), "acme");
  for (const char* field : {"name", "description", "currency", "category", "updated_at"}) {
    EXPECT_FALSE(product.at(field).as_string().empty()) << field;
  }
  EXPECT_GT(product.at("price_cents").as_int64(), 0);
  EXPECT_GE(product.at("stock").as_int64(), 0);
  EXPECT_TRUE(product.at("tags").is_array());
}

TEST_F(Catalogue, keeps_tenants_apart) {
  start();
  const HttpReply by_header =
      ask({.target = "/catalog/products/42", .headers = {{"X-Tenant", "globex"}}});
  const HttpReply by_path = get("/tenants/globex/products/42");
  EXPECT_EQ(by_header.body, by_path.body);
  EXPECT_NE(by_path.body, get("/tenants/acme/products/42").body);
  EXPECT_EQ(json::parse(by_path.body).at("tenant"), "globex");
}

TEST_F(Catalogue, ships_thousands_of_products) {
  start();
  EXPECT_GE(read("/healthz").at("products").as_int64(), 3000);
  for (const char* tenant : {"acme", "globex", "initech"}) {
    EXPECT_GE(read(std::string("/tenants/") + tenant + "/products").at("total").as_int64(), 1000);
  }
}

TEST_F(Catalogue, lists_pages_of_a_category) {
  start();
  const json::value first = read("/tenants/acme/products?category=garden&limit=2");
  const json::value second = read("/tenants/acme/products?category=garden&limit=1&offset=1");
  ASSERT_EQ(first.at("products").as_array().size(), 2U);
  ASSERT_EQ(second.at("products").as_array().size(), 1U);
  EXPECT_EQ(first.at("products").at(1), second.at("products").at(0));
  EXPECT_EQ(second.at("products").at(0).at("category"), "garden");
  EXPECT_EQ(first.at("total"), second.at("total"));
  EXPECT_EQ(read("/tenants/acme/products?limit=1").at("products").at(0).at("id"), "1");
  EXPECT_EQ(get("/tenants/acme/products?limit=x").status, 400);
}

TEST_F(Catalogue, counts_products_by_category) {
  start();
  std::int64_t total = 0;
  const json::value list = read("/tenants/acme/categories");
  for (const json::value& category : list.at("categories").as_array()) {
    const std::string name(category.at("name").as_string());
    const json::value products = read("/tenants/acme/products?limit=1&category=" + name);
    EXPECT_EQ(products.at("total"), category.at("products"));
    total += category.at("products").as_int64();
  }
  EXPECT_EQ(total, read("/tenants/acme/products").at("total").as_int64());
}

TEST_F(Catalogue, says_what_does_not_exist) {
  start();
  for (const char* target :
       {"/catalog/products/none", "/tenants/nobody/products/1", "/tenants/nobody/products",
        "/tenants/nobody/categories", "/nowhere", "/", "/catalog/products/1/more"}) {
    const HttpReply reply = get(target);
    EXPECT_EQ(reply.status, 404) << target;
    EXPECT_EQ(json::parse(reply.body).at("error"), "not_found") << target;
  }
}

TEST_F(Catalogue, refuses_bad_requests_and_goes_on) {
  start();
  EXPECT_EQ(get("/catalog/products/%zz").status, 400);
  const HttpReply wrong_method = ask({.method = "DELETE", .target = "/catalog/products/1"});
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(wrong_method.header("allow"), "GET");
  HttpConnection connection = connect();
  connection.send_bytes("GARBAGE\r\n\r\n");
  EXPECT_EQ(connection.receive().status, 400);
  HttpConnection large = connect();
  large.send({.method = "PUT", .target = "/control", .body = std::string(100'000, ' ')});
  EXPECT_EQ(large.receive().status, 400);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(Catalogue, answers_not_modified_to_the_same_etag) {
  start();
  const HttpReply first = get("/catalog/products/42");
  const std::string etag = first.header("etag");
  ASSERT_TRUE(etag.starts_with('"')) << "strong validators have no W/: " << etag;
  for (const std::string& match : {etag, "\"other\", W/" + etag, std::string("*")}) {
    const HttpReply again =
        ask({.target = "/catalog/products/42", .headers = {{"If-None-Match", match}}});
    EXPECT_EQ(again.status, 304) << match;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(again.header("etag"), etag);
    EXPECT_EQ(again.headers.count("content-length"), 0U);
  }
  const HttpReply other = ask({.target = "/catalog/products/42",
                               .headers = {{"If-None-Match", "\"other\""},
                                           {"If-Modified-Since", first.header("last-modified")}}});
  EXPECT_EQ(other.status, 200) << "If-None-Match decides when both are there";
}

TEST_F(Catalogue, answers_not_modified_since) {
  start();
  const HttpReply first = get("/tenants/acme/products?limit=3");
  const auto since = [&](const std::string& date) {
    return ask({.target = "/tenants/acme/products?limit=3",
                .headers = {{"If-Modified-Since", date}}})
        .status;
  };
  EXPECT_EQ(since(first.header("last-modified")), 304);
  EXPECT_EQ(since("Sun, 06 Nov 1994 08:49:37 GMT"), 200);
  EXPECT_EQ(since("yesterday"), 200);
}

TEST_F(Catalogue, changes_a_price) {
  start();
  const HttpReply before = get("/catalog/products/42");
  const HttpReply changed = ask(
      {.method = "PATCH", .target = "/tenants/acme/products/42", .body = R"({"price_cents": 1})"});
  EXPECT_EQ(changed.status, 200);
  const HttpReply after = get("/catalog/products/42");
  EXPECT_EQ(after.body, changed.body);
  EXPECT_EQ(json::parse(after.body).at("price_cents"), 1);
  EXPECT_EQ(json::parse(after.body).at("version"), 2);
  EXPECT_NE(after.header("etag"), before.header("etag"));
  EXPECT_NE(after.header("last-modified"), before.header("last-modified"));
  for (const char* body : {"", "{}", "[]", R"({"price_cents":-1})", R"({"price_cents":1,"x":2})"}) {
    const HttpReply bad =
        ask({.method = "PATCH", .target = "/tenants/acme/products/42", .body = body});
    EXPECT_EQ(bad.status, 400) << body;
  }
}

TEST_F(Catalogue, creates_and_replaces_a_product) {
  start();
  HttpRequest put{.method = "PUT",
                  .target = "/tenants/acme/products/lamp-1",
                  .body = R"({"name":"Lamp","description":"A \"lamp\", bright","price_cents":995,
                              "currency":"EUR","category":"lighting","stock":3,"tags":["new"]})"};
  EXPECT_EQ(ask(put).status, 201);
  EXPECT_EQ(ask(put).status, 200);
  const json::value product = read("/tenants/acme/products/lamp-1");
  EXPECT_EQ(product.at("description"), "A \"lamp\", bright");
  EXPECT_EQ(product.at("tags"), json::array({"new"}));
  EXPECT_EQ(product.at("version"), 2);
  put.body = R"({"name":"Lamp"})";
  const HttpReply incomplete = ask(put);
  EXPECT_EQ(incomplete.status, 400);
  EXPECT_THAT(incomplete.body, HasSubstr("description is missing"));
  put.target = "/tenants/acme/products/a%20b";
  EXPECT_EQ(ask(put).status, 400);
}

TEST_F(Catalogue, counts_requests_by_route) {
  start();
  get("/catalog/products/1");
  get("/catalog/products/none");
  get("/tenants/acme/products/1");
  EXPECT_EQ(requests_to(product_route), 2);
  EXPECT_EQ(requests_to("GET /tenants/{tenant}/products/{id}"), 1);
  set_control(R"({"reset_counts": true})");
  EXPECT_EQ(requests_to(product_route), 0);
}

TEST_F(Catalogue, fails_as_often_as_it_is_told) {
  start({"--failure-rate", "1"});
  EXPECT_EQ(get("/catalog/products/1").status, 503);
  EXPECT_EQ(get("/healthz").status, 200);
  set_control(R"({"failure_rate": 0})");
  EXPECT_EQ(get("/catalog/products/1").status, 200);
}

TEST_F(Catalogue, takes_its_latency_from_flag_and_control) {
  start({"--latency", "150ms", "--jitter", "1ms"});
  const auto time_of_a_read = [&] {
    const auto start_time = steady_clock::now();
    get("/catalog/products/1");
    return steady_clock::now() - start_time;
  };
  EXPECT_GE(time_of_a_read(), std::chrono::milliseconds(150));
  const json::value control = set_control(R"({"latency_ms": 80, "jitter_ms": 0})");
  EXPECT_EQ(control.at("latency_ms"), 80);
  EXPECT_EQ(control.at("jitter_ms"), 0);
  EXPECT_GE(time_of_a_read(), std::chrono::milliseconds(80));
}

TEST_F(Catalogue, names_what_is_wrong_with_a_control) {
  start();
  const auto problem = [&](const std::string& body) {
    const HttpReply reply = ask({.method = "PUT", .target = "/control", .body = body});
    EXPECT_EQ(reply.status, 400) << body;
    return std::string(json::parse(reply.body).at("message").as_string());
  };
  EXPECT_THAT(problem(R"({"latency_ms":-1})"), HasSubstr("latency_ms must be"));
  EXPECT_THAT(problem(R"({"failure_rate":1.5})"), HasSubstr("failure_rate must be"));
  EXPECT_THAT(problem(R"({"hang":1})"), HasSubstr("hang must be"));
  EXPECT_THAT(problem(R"({"latencyms":1})"), HasSubstr("latencyms is unknown"));
  EXPECT_THAT(problem("not json"), HasSubstr("JSON object"));
}

TEST_F(Catalogue, serves_a_thousand_slow_requests_at_once) {
  start({"--threads", "2"});
  set_control(R"({"hang": true})");
  std::vector<HttpConnection> clients;
  for (int client = 0; client < 1000; ++client) {
    clients.push_back(connect());
    clients.back().send({.target = "/catalog/products/7"});
  }
  const bool all_wait =
      control_comes_to([](const json::value& control) { return control.at("in_flight") == 1000; });
  ASSERT_TRUE(all_wait) << get("/control").body;
  set_control(R"({"hang": false})");
  for (HttpConnection& client : clients) ASSERT_EQ(client.receive().status, 200);
  EXPECT_EQ(requests_to(product_route), 1000);
}

TEST_F(Catalogue, forgets_a_hanging_client_that_has_left) {
  start();
  set_control(R"({"hang": true})");
  {
    HttpConnection client = connect();
    client.send({.target = "/catalog/products/7"});
    ASSERT_TRUE(
        control_comes_to([](const json::value& control) { return control.at("in_flight") == 1; }));
  }
  EXPECT_TRUE(
      control_comes_to([](const json::value& control) { return control.at("in_flight") == 0; }));
}

TEST_F(Catalogue, a_slow_read_answers_what_was_true_when_it_arrived) {
  start();
  set_control(R"({"hang": true})");
  const auto price_in = [](const HttpReply& reply) {
    return json::parse(reply.body).at("price_cents").as_int64();
  };
  HttpConnection slow = connect();
  slow.send({.target = "/catalog/products/7"});
  ASSERT_TRUE(
      control_comes_to([](const json::value& control) { return control.at("in_flight") == 1; }));
  const HttpReply patched = ask(
      {.method = "PATCH", .target = "/tenants/acme/products/7", .body = R"({"price_cents": 1})"});
  EXPECT_EQ(price_in(patched), 1) << "writes are never held back";
  set_control(R"({"hang": false})");
  EXPECT_NE(price_in(slow.receive()), 1);
}

TEST_F(Catalogue, keeps_changes_in_a_database_file) {
  const auto folder =
      std::filesystem::path(testing::TempDir()) / ("catalogue-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string file = folder / "products.db";
  start({"--db", file});
  ask({.method = "PATCH", .target = "/tenants/acme/products/7", .body = R"({"price_cents": 1})"});
  process_->send_signal(SIGTERM);
  EXPECT_EQ(process_->wait().exit_code, 0);
  start({"--db", file});
  EXPECT_EQ(read("/catalog/products/7").at("price_cents"), 1);
  process_.reset();
  std::filesystem::remove_all(folder);
}

TEST_F(Catalogue, stops_cleanly_while_requests_hang) {
  start();
  set_control(R"({"hang": true})");
  HttpConnection client = connect();
  client.send({.target = "/catalog/products/7"});
  ASSERT_TRUE(
      control_comes_to([](const json::value& control) { return control.at("in_flight") == 1; }));
  process_->send_signal(SIGTERM);
  const Finished finished = process_->wait();
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_EQ(finished.err, "");
}

TEST(CatalogueFlags, are_checked) {
  const auto run = [](std::vector<std::string> flags) {
    flags.insert(flags.begin(), CATALOGUE_PROGRAM);
    return run_program(flags);
  };
  EXPECT_EQ(run({"--help"}).exit_code, 0);
  EXPECT_EQ(run({"--latency", "5"}).exit_code, 64);
  EXPECT_EQ(run({"--failure-rate", "2"}).exit_code, 64);
  EXPECT_EQ(run({"--listen", "nowhere"}).exit_code, 64);
  EXPECT_EQ(run({"--bogus"}).exit_code, 64);
  const Finished no_file = run({"--data", "/nowhere.csv"});
  EXPECT_EQ(no_file.exit_code, 1);
  EXPECT_THAT(no_file.err, HasSubstr("/nowhere.csv"));
}

TEST(CatalogueData, that_is_broken_is_named) {
  const std::string file = testing::TempDir() + "broken-" + std::to_string(getpid()) + ".csv";
  std::ofstream(file)
      << "id,tenant,name,description,price_cents,currency,category,stock,tags,"
         "updated_at\n1,acme,Lamp,Bright,cheap,EUR,lighting,1,,2025-01-01T00:00:00Z\n";
  const Finished finished = run_program({CATALOGUE_PROGRAM, "--data", file});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("product 1: 'cheap' is not a whole number"));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace nacre::test
