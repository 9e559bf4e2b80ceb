#include "server/http_server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/event.hpp"
#include "base/random.hpp"
#include "nacre/deadline.hpp"
#include "nacre/error.hpp"
#include "server/admission.hpp"
#include "server/error_response.hpp"
#include "server/reply_head.hpp"

namespace nacre::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

// Parts of one gathered write: more would not make it cheaper.
constexpr std::size_t max_write_parts = 8;

// Files the process needs besides connections: logs, config, origins' sockets.
constexpr std::size_t reserved_file_count = 64;

std::string text_of(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

bool is_loopback(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
  }
  return address.is_loopback();
}

class Loop;

// A listening socket of one loop. In shared ownership of the operation that waits on it.
struct Listener {
  Listener(asio::io_context& context, std::string of_settings, bool is_v6, int socket)
      : listen(std::move(of_settings)),
        acceptor(context, is_v6 ? Tcp::v6() : Tcp::v4(), socket),
        incoming(context) {}

  std::string listen;  // as the settings have it
  Acceptor acceptor;
  Socket incoming;
  Tcp::endpoint remote{};
  bool is_paused = false;  // out of files or memory: the next sweep tries again
};

// The socket of one session: reads, writes and closes as the session says. Loop thread only. In
// shared ownership because each running operation keeps it until it is done.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, Socket socket, std::uint64_t id, PeerAddress peer, bool is_from_loopback);

  HttpSession& session() noexcept { return session_; }

  /// Sends what is ready, then does what the session's verdict says.
  void obey();

  void close();

 private:
  bool send_output();
  std::size_t write_some(error_code& error);
  void start_read();
  void wait_until_writable();

  Loop& loop_;
  Socket socket_;
  std::uint64_t id_;
  std::string remote_;
  bool is_from_loopback_;
  HttpSession session_;
  bool is_reading_ = false;
  bool is_waiting_to_write_ = false;
  bool is_lingering_ = false;
  bool is_closed_ = false;
};

// One thread with its listening socket and its connections.
class Loop final {
 public:
  Loop(const HttpServerOptions& options, Admission& admission, RequestHandler& handler,
       std::uint64_t seed)
      : options_(options),
        admission_(admission),
        sweep_timer_(context_),
        mailbox_(std::make_shared<ReplyMailbox>(
            [this] { asio::post(context_, [this] { deliver_letters(); }); })),
        session_context_{.limits = options.limits,
                         .clock = *options.clock,
                         .access_log = options.access_log,
                         .handler = handler,
                         .mailbox = mailbox_,
                         .request_ids = RequestIds(seed)} {}

  ~Loop() {
    mailbox_->close();
    context_.stop();
    if (thread_.joinable()) thread_.join();
    for (const auto& [id, connection] : std::exchange(connections_, {})) connection->close();
  }

  /// Before start(), and on the loop's thread after it.
  void listen(std::string listen, bool is_v6, int socket) {
    listeners_.push_back(std::make_shared<Listener>(context_, std::move(listen), is_v6, socket));
    if (thread_.joinable()) start_accept(listeners_.back());
  }

  void start() {
    for (const std::shared_ptr<Listener>& listener : listeners_) start_accept(listener);
    start_sweep();
    thread_ = std::thread([this] { context_.run(); });
  }

  /// Thread safe. Runs `change` on the loop's thread.
  void post(std::function<void()> change) { asio::post(context_, std::move(change)); }

  /// Loop thread only.
  void reconfigure(const HttpLimits& limits, const AccessLog& access_log,
                   const std::vector<std::string>& listen);

  /// Thread safe.
  void drain() {
    asio::post(context_, [this] { begin_drain(); });
  }

  /// Thread safe. Set once drain() has left no connection.
  const Event& drained() const noexcept { return drained_; }

  SessionContext& session_context() noexcept { return session_context_; }
  void forget(std::uint64_t id, const std::string& remote, bool is_from_loopback) {
    connections_.erase(id);
    admission_.leave(remote, is_from_loopback);
    if (is_draining_ && connections_.empty() && listeners_.empty()) drained_.set();
  }

 private:
  void start_accept(const std::shared_ptr<Listener>& listener);
  void close_listener(Listener& listener);
  void admit(Socket socket, const Tcp::endpoint& remote);
  void turn_away(Socket& socket);
  void start_sweep();
  void sweep();
  void deliver_letters();
  void begin_drain();

  const HttpServerOptions& options_;
  Admission& admission_;
  asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  std::vector<std::shared_ptr<Listener>> listeners_{};  // empty once all are drained
  Timer sweep_timer_;
  std::shared_ptr<ReplyMailbox> mailbox_;
  SessionContext session_context_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_{};
  std::uint64_t next_id_ = 1;
  bool is_draining_ = false;
  Event drained_{};
  std::thread thread_{};
};

Connection::Connection(Loop& loop, Socket socket, std::uint64_t id, PeerAddress peer,
                       bool is_from_loopback)
    : loop_(loop),
      socket_(std::move(socket)),
      id_(id),
      remote_(peer.remote),
      is_from_loopback_(is_from_loopback),
      session_(loop.session_context(), id, std::move(peer)) {}

void Connection::obey() {
  if (is_closed_ || !send_output()) return;
  switch (session_.verdict()) {
    case HttpSession::Verdict::read:
      start_read();
      break;
    case HttpSession::Verdict::wait:
      break;
    case HttpSession::Verdict::linger:
      if (!is_lingering_) {
        is_lingering_ = true;
        error_code ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
      }
      start_read();
      break;
    case HttpSession::Verdict::close:
      close();
      break;
  }
}

// False when the connection is closed now.
bool Connection::send_output() {
  while (!is_waiting_to_write_ && !session_.output().is_empty()) {
    error_code error;
    const std::size_t sent_bytes = write_some(error);
    if (error == asio::error::would_block) {
      wait_until_writable();
      return true;
    }
    if (error) {
      close();
      return false;
    }
    session_.on_sent(sent_bytes);
  }
  return true;
}

std::size_t Connection::write_some(error_code& error) {
  std::array<std::string_view, max_write_parts> parts;
  const std::size_t part_count = session_.output().gather(parts);
  if (part_count == 1) {
    return socket_.write_some(asio::const_buffer(parts[0].data(), parts[0].size()), error);
  }
  std::array<asio::const_buffer, max_write_parts> buffers;
  for (std::size_t index = 0; index < part_count; ++index) {
    buffers[index] = asio::const_buffer(parts[index].data(), parts[index].size());
  }
  return socket_.write_some(buffers, error);
}

void Connection::start_read() {
  if (is_reading_) return;
  is_reading_ = true;
  const std::span<char> space = session_.read_space();
  socket_.async_read_some(asio::buffer(space.data(), space.size()),
                          [self = shared_from_this()](error_code error, std::size_t byte_count) {
                            self->is_reading_ = false;
                            if (self->is_closed_) return;
                            if (error == asio::error::eof) {
                              self->session_.on_end_of_input();
                            } else if (error) {
                              return self->close();
                            } else {
                              self->session_.on_bytes(byte_count);
                            }
                            self->obey();
                          });
}

void Connection::wait_until_writable() {
  is_waiting_to_write_ = true;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](error_code error) {
    self->is_waiting_to_write_ = false;
    if (self->is_closed_) return;
    if (error) return self->close();
    self->obey();
  });
}

void Connection::close() {
  if (is_closed_) return;
  is_closed_ = true;
  session_.on_closed();
  error_code ignored;
  socket_.close(ignored);
  // The loop may hold the last reference.
  const std::shared_ptr<Connection> self = shared_from_this();
  loop_.forget(id_, remote_, is_from_loopback_);
}

void Loop::start_accept(const std::shared_ptr<Listener>& listener) {
  listener->acceptor.async_accept(
      listener->incoming, listener->remote, [this, listener](error_code error) {
        if (is_draining_ || error == asio::error::operation_aborted) return;
        if (error == asio::error::connection_aborted) return start_accept(listener);
        if (error) {
          listener->is_paused = true;
          if (!options_.log) return;
          const std::string message = "accepting waits: " + error.message();
          return options_.log(
              {.level = LogLevel::warning, .event = "http.accept", .message = message});
        }
        admit(std::move(listener->incoming), listener->remote);
        // Closed meanwhile, by a reload.
        if (listener->acceptor.is_open()) start_accept(listener);
      });
}

// Who has connected already is served: closing the socket would reset those in its queue.
void Loop::close_listener(Listener& listener) {
  error_code error;
  listener.acceptor.non_blocking(true, error);
  while (!error) {
    Socket socket(context_);
    Tcp::endpoint remote;
    listener.acceptor.accept(socket, remote, error);
    if (!error) admit(std::move(socket), remote);
  }
  listener.acceptor.close(error);
}

void Loop::admit(Socket socket, const Tcp::endpoint& remote) {
  error_code error;
  const Tcp::endpoint local = socket.local_endpoint(error);
  if (!error) socket.non_blocking(true, error);
  if (error) return;
  error_code ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  PeerAddress peer{.remote = text_of(remote.address()), .local = text_of(local.address())};
  const bool is_from_loopback = is_loopback(remote.address());
  if (!admission_.try_enter(peer.remote, is_from_loopback)) return turn_away(socket);
  const std::uint64_t id = next_id_++;
  const auto connection =
      std::make_shared<Connection>(*this, std::move(socket), id, std::move(peer), is_from_loopback);
  connections_.emplace(id, connection);
  if (is_draining_) connection->session().drain();
  connection->obey();
}

// One try to say why: the peer may not have sent its request yet, so it may not read this.
void Loop::turn_away(Socket& socket) {
  const Response response = error_response(
      Error(Errc::saturated, "the server has as many connections as allowed; try again later"));
  std::string bytes;
  append_reply_head(bytes, response,
                    {.date = session_context_.date.at(options_.clock->wall_now()),
                     .request_id = session_context_.request_ids.next(),
                     .closes = true});
  bytes.append(response.text);
  error_code ignored;
  socket.write_some(asio::buffer(bytes), ignored);
  socket.shutdown(Socket::shutdown_send, ignored);
}

void Loop::start_sweep() {
  sweep_timer_.expires_after(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(options_.sweep_interval));
  sweep_timer_.async_wait([this](error_code error) {
    if (error) return;
    sweep();
    start_sweep();
  });
}

void Loop::sweep() {
  const TimePoint now = options_.clock->now();
  std::vector<std::shared_ptr<Connection>> connections;
  connections.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) connections.push_back(connection);
  for (const std::shared_ptr<Connection>& connection : connections) {
    connection->session().on_time(now);
    connection->obey();
  }
  for (const std::shared_ptr<Listener>& listener : listeners_) {
    if (std::exchange(listener->is_paused, false)) start_accept(listener);
  }
}

void Loop::deliver_letters() {
  std::vector<std::shared_ptr<Connection>> touched;
  for (ReplyMailbox::Letter& letter : mailbox_->take()) {
    const auto found = connections_.find(letter.address.connection);
    if (found == connections_.end()) continue;
    found->second->session().on_reply(letter.address.request, std::move(letter.response));
    touched.push_back(found->second);
  }
  // After all of them, so that answers that came together leave together.
  for (const std::shared_ptr<Connection>& connection : touched) connection->obey();
}

void Loop::reconfigure(const HttpLimits& limits, const AccessLog& access_log,
                       const std::vector<std::string>& listen) {
  session_context_.limits = limits;
  session_context_.access_log = access_log;
  std::erase_if(listeners_, [&](const std::shared_ptr<Listener>& listener) {
    if (std::find(listen.begin(), listen.end(), listener->listen) != listen.end()) return false;
    close_listener(*listener);
    return true;
  });
}

void Loop::begin_drain() {
  if (std::exchange(is_draining_, true)) return;
  for (const std::shared_ptr<Listener>& listener : std::exchange(listeners_, {})) {
    close_listener(*listener);
  }
  std::vector<std::shared_ptr<Connection>> connections;
  for (const auto& [id, connection] : connections_) connections.push_back(connection);
  for (const std::shared_ptr<Connection>& connection : connections) {
    connection->session().drain();
    connection->obey();
  }
  if (connections_.empty()) drained_.set();
}

// `limits` with no more connections than the process may open.
HttpLimits fit_to_file_limit(HttpLimits limits, const LogSink& log) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return limits;
  const auto file_count = static_cast<std::size_t>(files.rlim_cur);
  const std::size_t usable_count =
      file_count > reserved_file_count * 2 ? file_count - reserved_file_count : file_count / 2;
  if (limits.max_connection_count <= usable_count) return limits;
  if (log) {
    const std::string message = "the limit of open files (" + std::to_string(file_count) +
                                ") allows " + std::to_string(usable_count) +
                                " connections instead of " +
                                std::to_string(limits.max_connection_count);
    log({.level = LogLevel::warning, .event = "http.file_limit", .message = message});
  }
  limits.max_connection_count = usable_count;
  return limits;
}

}  // namespace

struct HttpServer::State {
  explicit State(HttpServerOptions given) : options(std::move(given)), admission(options.limits) {}

  // An address that is listened on.
  struct Place {
    std::string listen{};
    std::string address{};
    std::uint16_t port = 0;
  };

  const HttpServerOptions options;
  Admission admission;
  std::vector<std::unique_ptr<Loop>> loops{};
  std::vector<Place> places{};  // in the order of the settings
  std::vector<std::string> addresses{};

  const Place* find_place(const std::string& listen) const {
    const auto found = std::find_if(places.begin(), places.end(),
                                    [&](const Place& place) { return place.listen == listen; });
    return found == places.end() ? nullptr : &*found;
  }

  // Sockets for those of `listen` that are new.
  std::vector<ListeningSockets> bind_new(const std::vector<std::string>& listen) const {
    std::vector<ListeningSockets> sockets;
    for (const std::string& text : listen) {
      if (find_place(text) == nullptr) sockets.emplace_back(text, loops.size());
    }
    return sockets;
  }

  void note_places(const std::vector<std::string>& listen,
                   const std::vector<ListeningSockets>& sockets) {
    std::vector<Place> wanted;
    for (const std::string& text : listen) {
      if (const Place* known = find_place(text)) {
        wanted.push_back(*known);
        continue;
      }
      for (const ListeningSockets& bound : sockets) {
        if (bound.listen() == text) wanted.push_back({text, bound.address(), bound.port()});
      }
    }
    places = std::move(wanted);
    addresses.clear();
    for (const Place& place : places) addresses.push_back(place.address);
  }
};

HttpServer::HttpServer(HttpServerOptions options, RequestHandler& handler) {
  options.limits = fit_to_file_limit(options.limits, options.log);
  state_ = std::make_unique<State>(std::move(options));
  SystemRandom random;
  const std::size_t loop_count = std::clamp<std::size_t>(state_->options.thread_count, 1, 64);
  for (std::size_t index = 0; index < loop_count; ++index) {
    state_->loops.push_back(
        std::make_unique<Loop>(state_->options, state_->admission, handler, random.next()));
  }
  std::vector<ListeningSockets> sockets = state_->bind_new(state_->options.listen);
  for (ListeningSockets& bound : sockets) {
    for (std::size_t index = 0; index < loop_count; ++index) {
      state_->loops[index]->listen(bound.listen(), bound.is_v6(), bound.release(index));
    }
  }
  state_->note_places(state_->options.listen, sockets);
  for (const std::unique_ptr<Loop>& loop : state_->loops) loop->start();
}

std::vector<ListeningSockets> HttpServer::bind_new(const std::vector<std::string>& listen) const {
  return state_->bind_new(listen);
}

void HttpServer::reconfigure(HttpServerChange change) {
  const HttpLimits limits = fit_to_file_limit(change.limits, state_->options.log);
  state_->admission.set_limits(limits);
  state_->note_places(change.listen, change.sockets);
  for (std::size_t index = 0; index < state_->loops.size(); ++index) {
    Loop& loop = *state_->loops[index];
    for (ListeningSockets& bound : change.sockets) {
      loop.post([&loop, listen = bound.listen(), is_v6 = bound.is_v6(),
                 socket = bound.release(index)] { loop.listen(listen, is_v6, socket); });
    }
    loop.post([&loop, limits, access_log = change.access_log, listen = change.listen] {
      loop.reconfigure(limits, access_log, listen);
    });
  }
}

HttpServer::~HttpServer() = default;

const std::vector<std::string>& HttpServer::addresses() const noexcept {
  return state_->addresses;
}

std::uint16_t HttpServer::port() const noexcept {
  return state_->places.front().port;
}

std::size_t HttpServer::connection_count() const {
  return state_->admission.open_count();
}

void HttpServer::drain() {
  for (const std::unique_ptr<Loop>& loop : state_->loops) loop->drain();
}

bool HttpServer::wait_drained(Duration timeout) {
  Clock& clock = *state_->options.clock;
  const Deadline deadline = Deadline::after(clock, timeout);
  for (const std::unique_ptr<Loop>& loop : state_->loops) {
    if (!loop->drained().wait(clock, deadline)) return false;
  }
  return true;
}

}  // namespace nacre::server
