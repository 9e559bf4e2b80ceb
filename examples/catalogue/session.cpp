#include "session.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <ctime>
#include <optional>

#include "http_date.hpp"
#include "messages.hpp"
#include "routes.hpp"

namespace catalogue {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using std::chrono::milliseconds;

constexpr std::uint32_t max_header_bytes = 16 * 1024;
constexpr std::uint64_t max_body_bytes = 64 * 1024;
constexpr std::chrono::seconds idle_timeout{60};

/// How often a request that hangs looks whether it may go on or its client has left.
constexpr milliseconds hang_step{50};

/// Counts a request for as long as it lives.
class InFlight {
 public:
  InFlight(Control& control, std::size_t route_index) : control_(control) {
    control_.begin(route_index);
  }
  ~InFlight() { control_.end(); }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  Control& control_;
};

Request to_request(const http::request<http::string_body>& message) {
  return {.method = std::string(message.method_string()),
          .target = std::string(message.target()),
          .tenant = std::string(message["X-Tenant"]),
          .if_none_match = std::string(message[http::field::if_none_match]),
          .if_modified_since = std::string(message[http::field::if_modified_since]),
          .body = message.body()};
}

http::response<http::string_body> to_message(const Response& response, unsigned http_version,
                                             bool keeps_alive) {
  http::response<http::string_body> message(static_cast<http::status>(response.status),
                                            http_version);
  message.set(http::field::server, "nacre-catalogue");
  message.set(http::field::date, to_http_date(std::time(nullptr)));
  if (!response.etag.empty()) message.set(http::field::etag, response.etag);
  if (response.last_modified) {
    message.set(http::field::last_modified, to_http_date(*response.last_modified));
  }
  if (!response.allow.empty()) message.set(http::field::allow, response.allow);
  message.keep_alive(keeps_alive);
  if (response.status == 304) return message;  // its Content-Length would be that of the 200
  message.set(http::field::content_type, "application/json");
  message.body() = response.body;
  message.prepare_payload();
  return message;
}

bool client_has_left(asio::ip::tcp::socket& socket) {
  char byte = 0;
  boost::system::error_code error;
  socket.non_blocking(true, error);
  socket.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, error);
  return error && error != asio::error::would_block && error != asio::error::try_again;
}

class Session {
 public:
  Session(asio::ip::tcp::socket socket, ProductStore& store, Control& control)
      : stream_(std::move(socket)),
        timer_(stream_.get_executor()),
        store_(store),
        control_(control) {}

  asio::awaitable<void> run();

 private:
  asio::awaitable<bool> take_answer(const Request& request, Response& response);
  asio::awaitable<bool> hold_back(milliseconds delay);

  beast::tcp_stream stream_;
  asio::steady_timer timer_;
  ProductStore& store_;
  Control& control_;
};

asio::awaitable<void> Session::run() {
  beast::flat_buffer buffer;
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  for (bool goes_on = true; goes_on && !error;) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(max_header_bytes);
    parser.body_limit(max_body_bytes);
    stream_.expires_after(idle_timeout);
    co_await http::async_read(stream_, buffer, parser, token);
    const bool was_understood = !error;
    if (!was_understood && error.category() != http::make_error_code(http::error{}).category()) {
      break;
    }
    if (error == http::error::end_of_stream) break;

    Response response = error_response(400, "bad_request", error.message());
    if (was_understood) {
      const Request request = to_request(parser.get());
      const bool client_waits = co_await take_answer(request, response);
      if (!client_waits) break;
    }
    goes_on = was_understood && parser.get().keep_alive();
    auto message = to_message(response, parser.get().version(), goes_on);
    stream_.expires_after(idle_timeout);
    co_await http::async_write(stream_, message, token);
  }
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, error);
}

/// Sets the answer to `request`, as late as the control says. False when the client has left.
///
/// The answer is taken before the wait: a slow origin may tell what has changed meanwhile, and that
/// is the case a cache must get right.
asio::awaitable<bool> Session::take_answer(const Request& request, Response& response) {
  const std::optional<Match> match = find_route(request, response);
  if (!match) co_return true;
  const Route& route = route_table()[match->route_index];
  std::optional<InFlight> in_flight;
  if (route.is_counted) in_flight.emplace(control_, match->route_index);
  response = answer(*match, request, store_, control_);
  if (!route.is_read) co_return true;

  const Fate fate = control_.draw_fate();
  if (fate.fails) response = error_response(503, "unavailable", "a simulated failure");
  const bool client_waits = co_await hold_back(fate.delay);
  co_return client_waits;
}

asio::awaitable<bool> Session::hold_back(milliseconds delay) {
  if (delay.count() > 0) {
    timer_.expires_after(delay);
    co_await timer_.async_wait(asio::use_awaitable);
  }
  while (control_.hangs()) {
    if (client_has_left(stream_.socket())) co_return false;
    timer_.expires_after(hang_step);
    co_await timer_.async_wait(asio::use_awaitable);
  }
  co_return true;
}

}  // namespace

asio::awaitable<void> serve_client(asio::ip::tcp::socket socket, ProductStore& store,
                                   Control& control) {
  Session session(std::move(socket), store, control);
  co_await session.run();
}

}  // namespace catalogue
