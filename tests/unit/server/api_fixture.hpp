// nacred's API over a real cache on a clock that stands still, asked in HTTP without a socket.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <semaphore>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/mutex.hpp"
#include "nacre/fake_clock.hpp"
#include "server/api_handler.hpp"
#include "unit/server/session_fixture.hpp"

namespace nacre::server::testing {

/// Serves keys that begin with "origin:" by a function the test gives.
class ScriptedOrigins final : public OriginRoutes {
 public:
  using Answer = std::function<Value(const LoadContext&)>;

  ScriptedOrigins() {
    route_.match = "origin:{id}";
    route_.url = "http://127.0.0.1:1/{id}";
    route_.options.ttl = std::chrono::seconds(60);
    route_.options.stale_if_error = std::chrono::seconds(600);
    route_.options.negative_ttl = std::chrono::seconds(5);
    route_.loader = loader(route_, {});
  }

  const OriginRoute* find(std::string_view key) const override {
    return key.starts_with("origin:") ? &route_ : nullptr;
  }

  AsyncLoader<Bytes> loader(const OriginRoute&, const OriginCaller& caller) const override {
    return [this, ttl = caller.ttl, request_id = std::string(caller.request_id)](
               const LoadContext& context, const LoadCompletion<Bytes>& done) {
      ++load_count;
      {
        MutexLock lock(mutex_);  // warm loads several keys at once
        last_request_id = request_id;
      }
      try {
        Value value = answer(context);
        if (!value) return done.complete(Loaded<Bytes>::absent());
        Options options;
        options.ttl = ttl;
        done.complete(Loaded<Bytes>::shared(std::move(value), options));
      } catch (const Error& error) {
        done.fail(error);
      }
    };
  }

  void pass_fields() { route_.passes_fields = true; }

  /// What the origin answers; an empty value for "does not exist". May throw an Error.
  Answer answer = [](const LoadContext& context) {
    return Value::from_bytes("\"" + context.key + "\"", Format::json);
  };
  mutable std::atomic<int> load_count = 0;
  mutable std::string last_request_id{};  ///< of the last load; read when none runs

 private:
  mutable Mutex mutex_;
  OriginRoute route_{};
};

/// One connection to the API.
class ApiFixture : public ::testing::Test {
 protected:
  ApiFixture() {
    set_up_backend([](Backend&) {});
  }

  /// Makes a new backend with the same cache, changed by `change`.
  void set_up_backend(const std::function<void(Backend&)>& change) {
    auto backend = std::make_shared<Backend>();
    backend->caches = {{"default", cache}, {"second", second_cache}};
    backend->origins = origins;
    backend->executor = executor;
    backend->clock = clock;
    backend->metrics = metrics;
    backend->daemon = daemon;
    backend->config_json = R"({"server":{"listen":["127.0.0.1:3000"]}})";
    change(*backend);
    if (!handler) {
      handler = std::make_unique<ApiHandler>(backend);
    } else {
      handler->replace_backend(backend);
    }
  }

  /// Sends bytes and returns the one reply they get, waiting for it if it comes later.
  WireReply send(const std::string& bytes) {
    SessionContext context{.limits = limits,
                           .clock = *clock,
                           .access_log = access_log,
                           .handler = *handler,
                           .mailbox = mailbox,
                           .request_ids = RequestIds(1)};
    HttpSession session(context, ++connection_count, {.remote = "127.0.0.1", .local = "127.0.0.1"});
    std::string_view unread = bytes;
    while (!unread.empty() && session.verdict() == HttpSession::Verdict::read) {
      const std::span<char> space = session.read_space();
      const std::size_t count = unread.copy(space.data(), space.size());
      unread.remove_prefix(count);
      session.on_bytes(count);
    }
    while (session.output().is_empty()) {
      letters.acquire();
      for (ReplyMailbox::Letter& letter : mailbox->take()) {
        session.on_reply(letter.address.request, std::move(letter.response));
      }
    }
    std::string output;
    while (!session.output().is_empty()) {
      std::array<std::string_view, 8> parts;
      const std::size_t count = session.output().gather(parts);
      std::size_t sent_bytes = 0;
      for (std::size_t index = 0; index < count; ++index) {
        output.append(parts[index]);
        sent_bytes += parts[index].size();
      }
      session.on_sent(sent_bytes);
    }
    std::vector<WireReply> replies = parse_replies(output, nullptr, bytes.starts_with("HEAD "));
    EXPECT_EQ(replies.size(), 1U) << output;
    return replies.empty() ? WireReply{} : std::move(replies.front());
  }

  WireReply get(std::string_view target, std::string_view fields = {}) {
    return send(get_request(target, fields));
  }
  WireReply post(std::string_view target, std::string_view json) {
    return send(body_request("POST", target, json, "Content-Type: application/json\r\n"));
  }
  WireReply put(std::string_view target, std::string_view body,
                std::string_view type = "application/json") {
    return send(body_request("PUT", target, body, "Content-Type: " + std::string(type) + "\r\n"));
  }
  WireReply remove(std::string_view target) { return send(body_request("DELETE", target, {})); }

  /// Expects an error with this status and code whose message holds each of `parts`.
  static void expect_error(const WireReply& reply, int status, std::string_view code,
                           const std::vector<std::string>& parts = {}) {
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_TRUE(
        reply.body.starts_with("{\"error\":{\"code\":\"" + std::string(code) + "\",\"message\":\""))
        << reply.body;
    EXPECT_EQ(reply.fields.at("content-type"), "application/json");
    for (const std::string& part : parts) {
      EXPECT_NE(reply.body.find(part), std::string::npos) << part << " in " << reply.body;
    }
  }

  HttpLimits limits;
  AccessLog access_log;
  std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
  std::shared_ptr<Executor> executor = make_thread_pool({.max_threads = 2});
  std::shared_ptr<MetricsRegistry> metrics = make_metrics_registry();
  std::shared_ptr<DaemonState> daemon = std::make_shared<DaemonState>();
  Cache cache = make_cache("default");
  Cache second_cache = make_cache("second");
  std::shared_ptr<ScriptedOrigins> origins = std::make_shared<ScriptedOrigins>();
  std::counting_semaphore<> letters{0};
  std::shared_ptr<ReplyMailbox> mailbox =
      std::make_shared<ReplyMailbox>([this] { letters.release(); });
  std::uint64_t connection_count = 0;
  std::unique_ptr<ApiHandler> handler{};

 private:
  Cache make_cache(const std::string& name) const {
    CacheOptions options;
    options.name = name;
    options.namespace_name = name == "default" ? "app" : name;
    options.memory.max_bytes = std::size_t{8} << 20;
    options.defaults.ttl_jitter = 0.0;
    options.max_value_bytes = std::size_t{1} << 20;
    options.clock = clock;
    options.executor = executor;
    options.metrics = metrics;
    return Cache(std::move(options));
  }
};

}  // namespace nacre::server::testing
