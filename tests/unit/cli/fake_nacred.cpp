#include "unit/cli/fake_nacred.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <thread>

namespace nacre::cli::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

SeenRequest to_seen(const http::request<http::string_body>& message) {
  SeenRequest seen{.method = std::string(message.method_string()),
                   .target = std::string(message.target()),
                   .body = message.body()};
  for (const auto& field : message) {
    seen.headers[lower(field.name_string())] = std::string(field.value());
  }
  return seen;
}

}  // namespace

struct FakeNacred::State {
  explicit State(Answer given) : answer(std::move(given)) {}

  void accept() {
    acceptor.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (error) return;
      serve(std::move(socket));
      accept();
    });
  }

  void serve(tcp::socket socket) {
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> message;
    boost::system::error_code error;
    http::read(socket, buffer, message, error);
    if (error) return;
    seen.push_back(to_seen(message));
    const GivenReply given = answer(seen.back());
    if (given.is_silent) {
      silent.push_back(std::move(socket));
      return;
    }
    if (given.is_no_http) {
      asio::write(socket, asio::buffer(given.body), error);
      return;
    }
    http::response<http::string_body> reply(static_cast<http::status>(given.status), 11);
    reply.set(http::field::content_type, given.content_type);
    reply.keep_alive(false);
    reply.body() = given.body;
    reply.prepare_payload();
    http::write(socket, reply, error);
  }

  Answer answer;
  asio::io_context context;
  tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::vector<SeenRequest> seen;
  std::vector<tcp::socket> silent;
  std::thread thread;
};

FakeNacred::FakeNacred(Answer answer) : state_(std::make_unique<State>(std::move(answer))) {
  state_->accept();
  state_->thread = std::thread([state = state_.get()] { state->context.run(); });
}

FakeNacred::~FakeNacred() {
  state_->context.stop();
  state_->thread.join();
}

std::string FakeNacred::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port());
}

const std::vector<SeenRequest>& FakeNacred::seen() const {
  return state_->seen;
}

}  // namespace nacre::cli::test
