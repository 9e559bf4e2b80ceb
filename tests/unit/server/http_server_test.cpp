// The server on real loopback sockets.
#include "server/http_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "nacre/fake_clock.hpp"
#include "unit/server/wire.hpp"

namespace nacre::server::testing {
namespace {

using namespace std::chrono_literals;

// Answers with the path; /later from another thread, /hold when told, /echo with the body.
class ThreadedHandler final : public RequestHandler {
 public:
  ~ThreadedHandler() override {
    for (std::thread& thread : threads_) thread.join();
  }

  void handle(const Request& request, Reply reply) noexcept override {
    Response response;
    response.text = std::string(request.head.path);
    if (request.head.path == "/echo") response.text = std::string(request.body);
    if (request.head.path == "/peer") response.text = request.peer.remote + request.peer.local;
    if (request.head.path.starts_with("/later")) {
      threads_.emplace_back([reply = std::move(reply), response = std::move(response)]() mutable {
        reply.send(std::move(response));
      });
    } else if (request.head.path == "/hold") {
      held_.emplace_back(std::move(reply));
      is_holding = true;
    } else {
      reply.send(std::move(response));
    }
  }

  void release() {
    for (Reply& reply : held_) {
      Response response;
      response.text = "released";
      reply.send(std::move(response));
    }
    held_.clear();
  }

  std::atomic<bool> is_holding = false;

 private:
  std::vector<std::thread> threads_{};
  std::vector<Reply> held_{};
};

HttpServerOptions small_options() {
  HttpServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.thread_count = 1;
  options.sweep_interval = 5ms;
  options.clock = make_system_clock();
  return options;
}

TEST(HttpServer, answers_a_pipelined_batch_in_order_with_answers_of_other_threads) {
  ThreadedHandler handler;
  HttpServer server(small_options(), handler);
  WireClient client(server.port());
  std::string batch;
  for (int index = 0; index < 50; ++index) {
    batch += get_request((index % 3 == 0 ? "/later/" : "/") + std::to_string(index));
  }
  client.send(batch);
  const std::vector<WireReply> replies = client.receive(50);
  ASSERT_EQ(replies.size(), 50U);
  for (int index = 0; index < 50; ++index) {
    EXPECT_EQ(replies[static_cast<std::size_t>(index)].body,
              (index % 3 == 0 ? "/later/" : "/") + std::to_string(index));
  }
}

TEST(HttpServer, carries_large_bodies_both_ways) {
  ThreadedHandler handler;
  HttpServer server(small_options(), handler);
  WireClient client(server.port());
  std::string body;
  for (int index = 0; index < 500'000; ++index) body += std::to_string(index);
  EXPECT_EQ(client.ask(body_request("PUT", "/echo", body)).body, body);
  EXPECT_EQ(client.ask(get_request("/next")).body, "/next");
}

TEST(HttpServer, tells_handlers_both_ends) {
  ThreadedHandler handler;
  HttpServer server(small_options(), handler);
  WireClient client(server.port());
  EXPECT_EQ(client.ask(get_request("/peer")).body, "127.0.0.1127.0.0.1");
}

TEST(HttpServer, says_why_and_closes_after_bad_bytes) {
  ThreadedHandler handler;
  HttpServer server(small_options(), handler);
  WireClient client(server.port());
  client.send("GET / HTTP/1.1\nHost: h\n\n" + std::string(200'000, 'x'));
  EXPECT_EQ(client.receive(1).at(0).status, 400);
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST(HttpServer, closes_idle_connections_by_its_clock) {
  auto clock = std::make_shared<FakeClock>();
  HttpServerOptions options = small_options();
  options.clock = clock;
  ThreadedHandler handler;
  HttpServer server(std::move(options), handler);
  WireClient client(server.port());
  EXPECT_EQ(client.ask(get_request("/a")).body, "/a");
  clock->advance(61s);
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST(HttpServer, answers_408_to_a_slow_head) {
  auto clock = std::make_shared<FakeClock>();
  HttpServerOptions options = small_options();
  options.clock = clock;
  ThreadedHandler handler;
  HttpServer server(std::move(options), handler);
  WireClient client(server.port());
  EXPECT_EQ(client.ask(get_request("/a")).status, 200);
  client.send(get_request("/b") + "GET /slow");
  EXPECT_EQ(client.receive(1).at(0).status, 200);
  clock->advance(6s);
  EXPECT_EQ(client.receive(1).at(0).status, 408);
}

TEST(HttpServer, turns_away_connections_over_the_limit) {
  HttpServerOptions options = small_options();
  options.limits.max_connection_count = 1;
  ThreadedHandler handler;
  HttpServer server(std::move(options), handler);
  auto first = std::make_unique<WireClient>(server.port());
  EXPECT_EQ(first->ask(get_request("/a")).status, 200);
  {
    WireClient second(server.port());
    const std::vector<WireReply> replies = second.receive(1);
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].status, 503);
    EXPECT_NE(replies[0].body.find("cache.saturated"), std::string::npos);
  }
  EXPECT_EQ(server.connection_count(), 1U);
}

TEST(HttpServer, serves_on_several_threads_and_addresses) {
  HttpServerOptions options = small_options();
  options.listen = {"127.0.0.1:0", "localhost:0"};
  options.thread_count = 3;
  ThreadedHandler handler;
  HttpServer server(std::move(options), handler);
  ASSERT_EQ(server.addresses().size(), 2U);
  EXPECT_EQ(server.addresses()[0], "127.0.0.1:" + std::to_string(server.port()));
  for (int count = 0; count < 20; ++count) {
    WireClient client(server.port());
    EXPECT_EQ(client.ask(get_request("/a")).status, 200);
  }
}

TEST(HttpServer, refuses_a_port_another_server_has) {
  ThreadedHandler handler;
  HttpServer first(small_options(), handler);
  HttpServerOptions options = small_options();
  options.listen = first.addresses();
  try {
    const HttpServer second(std::move(options), handler);
    FAIL() << "two servers on one port";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::internal);
    EXPECT_NE(error.message().find("server.listen"), std::string::npos);
  }
}

TEST(HttpServer, refuses_an_address_that_is_none) {
  ThreadedHandler handler;
  for (const std::string listen : {"", "localhost", "127.0.0.1:", "127.0.0.1:65536", "::1:80",
                                   "example.org:80", "127.0.0.1:8o", "[::1:80"}) {
    HttpServerOptions options = small_options();
    options.listen = {listen};
    try {
      const HttpServer server(std::move(options), handler);
      ADD_FAILURE() << listen;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_argument) << listen;
    }
  }
}

TEST(HttpServer, drains_by_finishing_what_runs) {
  ThreadedHandler handler;
  HttpServer server(small_options(), handler);
  WireClient idle(server.port());
  EXPECT_EQ(idle.ask(get_request("/a")).status, 200);
  WireClient busy(server.port());
  busy.send(get_request("/hold"));
  while (!handler.is_holding) std::this_thread::yield();
  server.drain();
  EXPECT_TRUE(idle.is_closed_by_peer());
  EXPECT_FALSE(server.wait_drained(1ms));
  handler.release();
  const std::vector<WireReply> replies = busy.receive(1);
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].body, "released");
  EXPECT_EQ(replies[0].fields.at("connection"), "close");
  EXPECT_TRUE(busy.is_closed_by_peer());
  EXPECT_TRUE(server.wait_drained(5s));
  EXPECT_THROW(WireClient(server.port()), std::runtime_error);
}

TEST(HttpServer, drops_answers_that_come_after_its_end) {
  ThreadedHandler handler;
  auto server = std::make_unique<HttpServer>(small_options(), handler);
  WireClient client(server->port());
  client.send(get_request("/hold"));
  while (!handler.is_holding) std::this_thread::yield();
  server.reset();
  handler.release();
  EXPECT_EQ(client.receive(1).size(), 0U);
}

TEST(HttpServer, survives_peers_that_vanish_in_the_middle) {
  ThreadedHandler handler;
  HttpServer server(small_options(), handler);
  for (int count = 0; count < 20; ++count) {
    WireClient client(server.port());
    client.send(body_request("PUT", "/echo", std::string(1'000'000, 'x')) + get_request("/later"));
  }
  WireClient client(server.port());
  EXPECT_EQ(client.ask(get_request("/a")).status, 200);
}

}  // namespace
}  // namespace nacre::server::testing
