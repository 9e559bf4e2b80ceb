#include "support/test_origin.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace nacre::test {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds longest_wait{10};

SeenRequest parse_head(std::string_view head) {
  SeenRequest request;
  const auto take_line = [&head] {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string line(head.substr(0, end));
    head.remove_prefix(std::min(end + 2, head.size()));
    return line;
  };
  const std::string first = take_line();
  const std::size_t start = first.find(' ') + 1;
  request.target = first.substr(start, first.rfind(' ') - start);
  for (std::string line = take_line(); !line.empty(); line = take_line()) {
    const std::size_t colon = line.find(':');
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers[name] = line.substr(line.find_first_not_of(' ', colon + 1));
  }
  return request;
}

}  // namespace

OriginScript OriginScript::reply(int status, const std::string& body, const std::string& headers) {
  return {.bytes = "HTTP/1.1 " + std::to_string(status) + " Reason\r\n" + headers +
                   "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
}

class TestOrigin::Server {
 public:
  Server(Handler handler, const std::optional<OriginIdentity>& identity)
      : handler_(std::move(handler)),
        acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        port_(acceptor_.local_endpoint().port()) {
    if (identity) {
      tls_.emplace(ssl::context::tls_server);
      tls_->use_certificate_chain(asio::buffer(identity->certificate));
      tls_->use_private_key(asio::buffer(identity->private_key), ssl::context::pem);
    }
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~Server() {
    context_.stop();
    thread_.join();
  }

  std::uint16_t port() const noexcept { return port_; }
  bool is_tls() const noexcept { return tls_.has_value(); }

  void release() {
    asio::post(context_, [this] {
      for (const auto& send : std::exchange(held_, {})) send();
    });
  }

  void close_connections() {
    asio::post(context_, [this] {
      for (const auto& session : sessions_) {
        if (const auto alive = session.lock()) alive->finish({.closes = true});
      }
    });
  }

  struct Seen {
    std::vector<SeenRequest> requests{};
    std::size_t connection_count = 0;
    std::size_t sent_count = 0;
    std::size_t ended_count = 0;
  };

  Seen seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

  template <class Predicate>
  bool wait_for(Predicate predicate) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, longest_wait, [&] { return predicate(seen_); });
  }

 private:
  /// One connection. Reads all the time, so that it learns of its end at once.
  struct Session : std::enable_shared_from_this<Session> {
    Session(Server& owner, tcp::socket accepted, std::size_t connection_index)
        : server(owner), socket(std::move(accepted)), index(connection_index) {
      if (server.tls_) tls.emplace(socket, *server.tls_);
    }

    void start() {
      if (!tls) return read();
      tls->async_handshake(ssl::stream_base::server,
                           [self = shared_from_this()](error_code failed) {
                             if (failed) return self->note_end();
                             self->read();
                           });
    }

    void read() {
      on_stream([&](auto& stream) {
        stream.async_read_some(asio::buffer(buffer),
                               [self = shared_from_this()](error_code failed, std::size_t size) {
                                 if (failed) return self->note_end();
                                 self->input.append(self->buffer.data(), size);
                                 self->take_requests();
                                 self->read();
                               });
      });
    }

    void take_requests() {
      for (std::size_t end = input.find("\r\n\r\n"); end != std::string::npos;
           end = input.find("\r\n\r\n")) {
        SeenRequest request = parse_head(input.substr(0, end + 2));
        input.erase(0, end + 4);
        request.connection_index = index;
        OriginScript script = server.answer(std::move(request));
        if (script.is_held) {
          server.held_.push_back([self = shared_from_this(), script] { self->send(script); });
        } else {
          send(std::move(script));
        }
      }
    }

    void send(OriginScript script) {
      auto shared = std::make_shared<OriginScript>(std::move(script));
      on_stream([&](auto& stream) {
        asio::async_write(stream, asio::buffer(shared->bytes),
                          [self = shared_from_this(), shared](error_code failed, std::size_t) {
                            if (failed) return;
                            self->server.note([](Seen& seen) { ++seen.sent_count; });
                            self->finish(*shared);
                          });
      });
    }

    void finish(const OriginScript& script) {
      error_code ignored;
      if (script.resets) {
        socket.set_option(asio::socket_base::linger(true, 0), ignored);
        socket.close(ignored);
      } else if (script.truncates || (script.closes && !tls)) {
        socket.shutdown(tcp::socket::shutdown_send, ignored);
      } else if (script.closes) {
        tls->async_shutdown([self = shared_from_this()](error_code) {
          error_code none;
          self->socket.shutdown(tcp::socket::shutdown_send, none);
        });
      }
    }

    void note_end() {
      if (std::exchange(has_ended, true)) return;
      server.note([](Seen& seen) { ++seen.ended_count; });
    }

    template <class Operation>
    void on_stream(Operation&& operation) {
      if (tls) {
        operation(*tls);
      } else {
        operation(socket);
      }
    }

    Server& server;
    tcp::socket socket;
    std::optional<ssl::stream<tcp::socket&>> tls;
    std::size_t index;
    std::array<char, 4096> buffer{};
    std::string input;
    bool has_ended = false;
  };

  void accept() {
    acceptor_.async_accept([this](error_code failed, tcp::socket socket) {
      if (failed) return;
      std::size_t index = 0;
      note([&](Seen& seen) { index = seen.connection_count++; });
      const auto session = std::make_shared<Session>(*this, std::move(socket), index);
      sessions_.push_back(session);
      session->start();
      accept();
    });
  }

  OriginScript answer(SeenRequest request) {
    note([&](Seen& seen) {
      request.request_index = seen.requests.size();
      seen.requests.push_back(request);
    });
    return handler_(request);
  }

  template <class Change>
  void note(Change change) {
    const std::lock_guard lock(mutex_);
    change(seen_);
    changed_.notify_all();
  }

  Handler handler_;
  asio::io_context context_{1};
  std::optional<ssl::context> tls_;
  tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::vector<std::weak_ptr<Session>> sessions_;  // loop thread only
  std::vector<std::function<void()>> held_;       // loop thread only
  mutable std::mutex mutex_;                      // guards seen_
  mutable std::condition_variable changed_;
  Seen seen_;
  std::thread thread_;
};

TestOrigin::TestOrigin(Handler handler, const std::optional<OriginIdentity>& identity)
    : server_(std::make_unique<Server>(std::move(handler), identity)) {}

TestOrigin::~TestOrigin() = default;

std::uint16_t TestOrigin::port() const noexcept {
  return server_->port();
}

std::string TestOrigin::url(const std::string& path, const std::string& host) const {
  return (server_->is_tls() ? "https://" : "http://") + host + ":" + std::to_string(port()) + path;
}

void TestOrigin::release() {
  server_->release();
}

void TestOrigin::close_connections() {
  server_->close_connections();
}

std::vector<SeenRequest> TestOrigin::requests() const {
  return server_->seen().requests;
}

std::size_t TestOrigin::connection_count() const {
  return server_->seen().connection_count;
}

bool TestOrigin::wait_for_connections(std::size_t count) const {
  return server_->wait_for([&](const auto& seen) { return seen.connection_count >= count; });
}

bool TestOrigin::wait_for_requests(std::size_t count) const {
  return server_->wait_for([&](const auto& seen) { return seen.requests.size() >= count; });
}

bool TestOrigin::wait_for_sent(std::size_t count) const {
  return server_->wait_for([&](const auto& seen) { return seen.sent_count >= count; });
}

bool TestOrigin::wait_for_ended_connections(std::size_t count) const {
  return server_->wait_for([&](const auto& seen) { return seen.ended_count >= count; });
}

}  // namespace nacre::test
