#include "cli/client.hpp"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "base/text_units.hpp"
#include "cli/error_answer.hpp"
#include "cli/failure.hpp"
#include "nacre/version.hpp"

namespace nacre::cli {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

/// Far above the largest value that nacred stores by default (16 MiB), also when it is escaped.
constexpr std::uint64_t max_reply_bytes = std::uint64_t{256} << 20U;

/// One request and its reply: asynchronous steps, each waited for, under one timer.
class Exchange {
 public:
  explicit Exchange(const ClientOptions& options) : options_(options) {
    timer_.expires_after(options.timeout);
    timer_.async_wait([this](error_code error) {
      if (error) return;
      has_timed_out_ = true;
      resolver_.cancel();
      socket_.close(error);
    });
  }

  void connect() {
    tcp::resolver::results_type endpoints;
    resolver_.async_resolve(options_.url.host, options_.url.port,
                            [this, &endpoints](error_code error, auto found) {
                              endpoints = std::move(found);
                              end_step(error);
                            });
    wait(ExitCode::unavailable, "cli.cannot_connect");
    asio::async_connect(socket_, endpoints,
                        [this](error_code error, const auto&) { end_step(error); });
    wait(ExitCode::unavailable, "cli.cannot_connect");
  }

  void write(const http::request<http::string_body>& message) {
    http::async_write(socket_, message, [this](error_code error, auto) { end_step(error); });
    // A server that refuses a large body may answer and close before it has read all of it.
    wait_for_step();
  }

  HttpReply read() {
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_reply_bytes);
    http::async_read(socket_, buffer_, parser, [this](error_code error, auto) { end_step(error); });
    wait(ExitCode::server_error, "cli.bad_answer");
    return {.status = static_cast<int>(parser.get().result_int()),
            .body = std::move(parser.get().body())};
  }

 private:
  void end_step(error_code error) {
    step_error_ = error;
    step_has_ended_ = true;
  }

  void wait_for_step() {
    step_has_ended_ = false;
    while (!step_has_ended_) context_.run_one();
    if (has_timed_out_) {
      throw Failure(ExitCode::timeout, "cli.timeout",
                    fmt::format("no answer from {} within {}", options_.url.authority(),
                                format_duration(options_.timeout)));
    }
  }

  void wait(ExitCode exit_code, const std::string& code) {
    wait_for_step();
    if (!step_error_) return;
    throw Failure(exit_code, code,
                  fmt::format("{}: {}", options_.url.authority(), step_error_.message()));
  }

  const ClientOptions& options_;
  asio::io_context context_;
  tcp::resolver resolver_{context_};
  tcp::socket socket_{context_};
  asio::steady_timer timer_{context_};
  boost::beast::flat_buffer buffer_;
  error_code step_error_;
  bool step_has_ended_ = false;
  bool has_timed_out_ = false;
};

}  // namespace

HttpReply Client::send(const HttpRequest& request) const {
  http::request<http::string_body> message(http::verb::unknown, options_.url.path + request.target,
                                           11);
  message.method_string(request.method);
  message.set(http::field::host, options_.url.authority());
  message.set(http::field::user_agent, fmt::format("nacre/{}", version));
  message.set(http::field::accept, request.accept);
  message.set(http::field::connection, "close");
  if (!options_.bearer_token.empty()) {
    message.set(http::field::authorization, "Bearer " + options_.bearer_token);
  }
  if (!request.content_type.empty()) message.set(http::field::content_type, request.content_type);
  message.body() = request.body;
  message.prepare_payload();

  Exchange exchange(options_);
  exchange.connect();
  exchange.write(message);
  return exchange.read();
}

HttpReply Client::send_checked(const HttpRequest& request) const {
  HttpReply reply = send(request);
  if (!reply.is_success()) throw failure_of(reply);
  return reply;
}

HttpReply Client::post_json(const std::string& target, std::string body) const {
  return send_checked({.method = "POST",
                       .target = target,
                       .body = std::move(body),
                       .content_type = "application/json"});
}

}  // namespace nacre::cli
