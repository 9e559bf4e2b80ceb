#include "support/http_connection.hpp"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <stdexcept>

namespace nacre::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

struct HttpConnection::State {
  explicit State(std::chrono::milliseconds time) : timeout(time), stream(context) {}

  /// Runs the operation that was just started to its end and throws when it failed.
  void finish(const boost::system::error_code& result) {
    context.restart();
    context.run();
    if (result) throw std::runtime_error(result.message());
  }

  std::chrono::milliseconds timeout;
  asio::io_context context;
  boost::beast::tcp_stream stream;
  boost::beast::flat_buffer buffer;
};

HttpConnection::HttpConnection(const std::string& host, const std::string& port,
                               std::chrono::milliseconds timeout)
    : state_(std::make_unique<State>(timeout)) {
  const auto endpoints = asio::ip::tcp::resolver(state_->context).resolve(host, port);
  boost::system::error_code result;
  state_->stream.expires_after(timeout);
  state_->stream.async_connect(endpoints, [&result](auto error, const auto&) { result = error; });
  state_->finish(result);
}

HttpConnection::~HttpConnection() = default;
HttpConnection::HttpConnection(HttpConnection&&) noexcept = default;
HttpConnection& HttpConnection::operator=(HttpConnection&&) noexcept = default;

void HttpConnection::send(const HttpRequest& request) {
  http::request<http::string_body> message(http::verb::unknown, request.target, 11);
  message.method_string(request.method);
  message.set(http::field::host, "localhost");
  for (const auto& [name, value] : request.headers) message.set(name, value);
  message.body() = request.body;
  message.prepare_payload();
  boost::system::error_code result;
  state_->stream.expires_after(state_->timeout);
  http::async_write(state_->stream, message, [&result](auto error, auto) { result = error; });
  state_->finish(result);
}

HttpReply HttpConnection::receive() {
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  boost::system::error_code result;
  state_->stream.expires_after(state_->timeout);
  http::async_read(state_->stream, state_->buffer, parser,
                   [&result](auto error, auto) { result = error; });
  state_->finish(result);
  HttpReply reply{.status = static_cast<int>(parser.get().result_int()),
                  .body = parser.get().body()};
  for (const auto& field : parser.get()) {
    reply.headers[lower(std::string(field.name_string()))] = std::string(field.value());
  }
  return reply;
}

void HttpConnection::send_bytes(const std::string& bytes) {
  boost::system::error_code result;
  state_->stream.expires_after(state_->timeout);
  asio::async_write(state_->stream, asio::buffer(bytes),
                    [&result](auto error, auto) { result = error; });
  state_->finish(result);
}

HttpReply exchange(const std::string& host, const std::string& port, const HttpRequest& request,
                   std::chrono::milliseconds timeout) {
  HttpConnection connection(host, port, timeout);
  connection.send(request);
  return connection.receive();
}

}  // namespace nacre::test
