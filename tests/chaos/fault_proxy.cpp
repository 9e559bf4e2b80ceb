#include "chaos/fault_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "chaos/proxy_pipe.hpp"

namespace nacre::chaos {
namespace {

using std::chrono::steady_clock;

sockaddr_in socket_address(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error("FaultProxy: no IPv4 address: " + host);
  }
  return address;
}

int new_socket() {
  return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

void close_with_reset(int file) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(file, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  ::close(file);
}

std::size_t slot_of(Direction direction) {
  return direction == Direction::up ? 0 : 1;
}

struct Connection {
  std::uint64_t index = 0;
  std::array<int, 2> files{-1, -1};  ///< the client's end, the server's
  std::array<ProxyPipe, 2> pipes;    ///< up: from files[0] to files[1]; down: back
  std::array<bool, 2> is_end_passed{};
};

enum class Newcomers : std::uint8_t { welcome, refused, dropped };

}  // namespace

class FaultProxy::Loop {
 public:
  explicit Loop(const ProxyOptions& options)
      : options_(options), began_at_(steady_clock::now()), wake_(::eventfd(0, EFD_CLOEXEC)) {
    port_ = options.listen_port;
    bind();
    listen();
    thread_ = std::thread([this] { serve(); });
  }

  ~Loop() {
    change([this] { is_over_ = true; });
    thread_.join();
    for (const Connection& each : connections_) {
      for (const int file : each.files) ::close(file);
    }
    if (listener_ >= 0) ::close(listener_);
    ::close(wake_);
  }

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  std::uint16_t port() const noexcept { return port_; }

  /// Runs `task` on the thread, between two turns, and waits for it.
  void change(const std::function<void()>& task) {
    std::unique_lock lock(mutex_);
    task_ = &task;
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_, &one, sizeof(one)));
    changed_.wait(lock, [&] { return task_ != &task; });
  }

  void set(Direction direction, const Faults& faults) {
    faults_[slot_of(direction)] = faults;
    note(-1, direction == Direction::up ? "faults up" : "faults down");
  }

  void welcome(Newcomers how) {
    newcomers_ = how;
    if (how == Newcomers::refused && is_listening_) {
      // Bound again at once, without listening: the port stays ours, and connecting to it fails.
      ::close(std::exchange(listener_, -1));
      bind();
      note(-1, "refuse");
    } else if (how != Newcomers::refused && !is_listening_) {
      listen();
    }
    if (how == Newcomers::dropped) note(-1, "drop new connections");
  }

  void end_all(bool is_reset) {
    note(-1, is_reset ? "reset" : "close");
    for (const Connection& each : connections_) end(each, is_reset);
    connections_.clear();
  }

  void note(std::int64_t connection_index, std::string what) {
    const auto at =
        std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began_at_);
    if (log_.size() < most_logged_count) log_.push_back({at, connection_index, std::move(what)});
  }

  const std::vector<LoggedFault>& log() const { return log_; }
  std::size_t connection_count() const { return connections_.size(); }
  std::uint64_t accepted_count() const { return accepted_count_; }
  std::uint64_t forwarded_bytes(Direction direction) const {
    return forwarded_bytes_[slot_of(direction)];
  }

 private:
  static constexpr std::size_t most_logged_count = 100'000;

  void bind() {
    is_listening_ = false;
    listener_ = new_socket();
    const int yes = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    sockaddr_in address = socket_address(options_.listen_host, port_);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0) fail_to_listen();
    ::getsockname(listener_, generic, &size);
    if (port_ == 0) port_ = ntohs(address.sin_port);
  }

  void listen() {
    if (::listen(listener_, 512) != 0) fail_to_listen();
    is_listening_ = true;
  }

  [[noreturn]] static void fail_to_listen() {
    throw std::runtime_error("FaultProxy: cannot listen: " + std::string(std::strerror(errno)));
  }

  void serve() {
    while (!is_over_) {
      std::vector<pollfd> polled{{wake_, POLLIN, 0}, {is_listening_ ? listener_ : -1, POLLIN, 0}};
      const auto now = steady_clock::now();
      std::optional<steady_clock::time_point> wake_at;
      for (const Connection& each : connections_) watch(each, now, polled, wake_at);
      timespec pause{};
      if (wake_at) {
        const auto left = std::max(*wake_at - now, steady_clock::duration::zero());
        pause = {.tv_sec = left / std::chrono::seconds(1),
                 .tv_nsec = left % std::chrono::seconds(1) / std::chrono::nanoseconds(1)};
      }
      ::ppoll(polled.data(), polled.size(), wake_at ? &pause : nullptr, nullptr);
      std::size_t next = 2;
      const bool has_newcomer = (polled[1].revents & POLLIN) != 0;
      for (auto each = connections_.begin(); each != connections_.end(); next += 2) {
        each = serve_one(*each, polled[next], polled[next + 1]) ? std::next(each)
                                                                : connections_.erase(each);
      }
      if (has_newcomer) accept_one();
      if ((polled[0].revents & POLLIN) != 0) run_task();
    }
  }

  void run_task() {
    std::uint64_t ignored = 0;
    static_cast<void>(!::read(wake_, &ignored, sizeof(ignored)));
    const std::scoped_lock lock(mutex_);
    if (task_ != nullptr) (*task_)();
    task_ = nullptr;
    changed_.notify_all();
  }

  void watch(const Connection& each, steady_clock::time_point now, std::vector<pollfd>& polled,
             std::optional<steady_clock::time_point>& wake_at) const {
    std::array<short, 2> events{};
    for (std::size_t side = 0; side < 2; ++side) {
      const ProxyPipe& pipe = each.pipes[side];
      if (pipe.wants_input() && !faults_[side].is_stopped) events[side] |= POLLIN;
      if (!pipe.writable(faults_[side], now).empty()) events[1 - side] |= POLLOUT;
      const auto due_at = pipe.due_at();
      if (due_at && *due_at > now && (!wake_at || *due_at < *wake_at)) wake_at = due_at;
    }
    for (std::size_t side = 0; side < 2; ++side) {
      // A closed end reports POLLHUP for ever: one that is not wanted is left out.
      polled.push_back({events[side] != 0 ? each.files[side] : -1, events[side], 0});
    }
  }

  /// False when the connection is over.
  bool serve_one(Connection& each, const pollfd& client, const pollfd& server) {
    const std::array<short, 2> ready{client.revents, server.revents};
    for (std::size_t side = 0; side < 2; ++side) {
      if ((ready[side] & (POLLIN | POLLHUP | POLLERR)) != 0 && !read_from(each, side)) {
        end(each, true);
        return false;
      }
    }
    for (std::size_t side = 0; side < 2; ++side) {
      if (write_to(each, side)) continue;
      end(each, true);
      return false;
    }
    const bool is_over = each.is_end_passed[0] && each.is_end_passed[1];
    if (is_over) end(each, false);
    return !is_over;
  }

  bool read_from(Connection& each, std::size_t side) {
    if (!each.pipes[side].wants_input() || faults_[side].is_stopped) return true;
    std::array<char, 65536> chunk;
    const ssize_t count = ::recv(each.files[side], chunk.data(), chunk.size(), 0);
    if (count > 0) {
      const std::string_view bytes(chunk.data(), static_cast<std::size_t>(count));
      each.pipes[side].take(bytes, faults_[side], steady_clock::now());
      return true;
    }
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    each.pipes[side].end_of_input();
    // An end is not passed on through a hole; its connection stays, as that of a machine that
    // has lost its power does.
    return count == 0 || faults_[side].is_lost;
  }

  bool write_to(Connection& each, std::size_t side) {
    ProxyPipe& pipe = each.pipes[side];
    const Faults& faults = faults_[side];
    const int sink = each.files[1 - side];
    for (int round = 0; round < 64; ++round) {  // then it is somebody else's turn
      const auto now = steady_clock::now();
      const std::string_view bytes = pipe.writable(faults, now);
      if (bytes.empty()) break;
      const ssize_t count = ::send(sink, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
      if (count < 0) return false;
      pipe.wrote(static_cast<std::size_t>(count), faults, now);
      forwarded_bytes_[side] += static_cast<std::uint64_t>(count);
    }
    if (pipe.is_cut(faults)) {
      note(static_cast<std::int64_t>(each.index), "cut at byte " + std::to_string(*faults.cut_at));
      return false;
    }
    if (pipe.is_drained() && !each.is_end_passed[side] && !faults.is_lost) {
      ::shutdown(sink, SHUT_WR);
      each.is_end_passed[side] = true;
    }
    return true;
  }

  void accept_one() {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    const std::uint64_t index = accepted_count_++;
    if (newcomers_ == Newcomers::dropped) {
      note(static_cast<std::int64_t>(index), "dropped");
      ::close(client);
      return;
    }
    const int server = dial();
    if (server < 0) {
      note(static_cast<std::int64_t>(index), "the target refuses");
      close_with_reset(client);
      return;
    }
    const int yes = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    const auto log = [this, index](std::string what) {
      note(static_cast<std::int64_t>(index), std::move(what));
    };
    connections_.push_back({.index = index,
                            .files = {client, server},
                            .pipes = {ProxyPipe(index, options_.seed, log),
                                      ProxyPipe(index, options_.seed + 1, log)}});
  }

  /// Does not wait: bytes for a server that is still to answer the handshake stay in the pipe.
  int dial() const {
    const int server = new_socket();
    if (!options_.source_host.empty()) {
      const sockaddr_in source = socket_address(options_.source_host, 0);
      ::bind(server, reinterpret_cast<const sockaddr*>(&source), sizeof(source));
    }
    const sockaddr_in target = socket_address(options_.target_host, options_.target_port);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&target), sizeof(target)) != 0 &&
        errno != EINPROGRESS) {
      ::close(server);
      return -1;
    }
    return server;
  }

  static void end(const Connection& each, bool is_reset) {
    for (const int file : each.files) {
      if (is_reset) {
        close_with_reset(file);
      } else {
        ::close(file);
      }
    }
  }

  const ProxyOptions options_;
  const steady_clock::time_point began_at_;
  const int wake_;

  // The thread's alone, and change()'s, which runs on it.
  std::uint16_t port_ = 0;
  int listener_ = -1;
  bool is_listening_ = false;
  std::array<Faults, 2> faults_{};
  Newcomers newcomers_ = Newcomers::welcome;
  std::list<Connection> connections_{};
  std::uint64_t accepted_count_ = 0;
  std::array<std::uint64_t, 2> forwarded_bytes_{};
  std::vector<LoggedFault> log_{};
  bool is_over_ = false;

  std::mutex mutex_;  // guards task_
  std::condition_variable changed_;
  const std::function<void()>* task_ = nullptr;
  std::mutex callers_;

 public:
  /// change() for several callers, with a result.
  template <class Task>
  auto ask(Task task) {
    const std::scoped_lock one_at_a_time(callers_);
    decltype(task(*this)) result{};
    change([&] { result = task(*this); });
    return result;
  }
  void tell(const std::function<void(Loop&)>& task) {
    const std::scoped_lock one_at_a_time(callers_);
    change([&] { task(*this); });
  }

 private:
  std::thread thread_;
};

FaultProxy::FaultProxy(const ProxyOptions& options) : loop_(std::make_unique<Loop>(options)) {}
FaultProxy::~FaultProxy() = default;

std::uint16_t FaultProxy::port() const noexcept {
  return loop_->port();
}

void FaultProxy::set(Direction direction, const Faults& faults) {
  loop_->tell([&](Loop& loop) { loop.set(direction, faults); });
}

void FaultProxy::heal() {
  loop_->tell([](Loop& loop) {
    loop.set(Direction::up, {});
    loop.set(Direction::down, {});
    loop.welcome(Newcomers::welcome);
    loop.note(-1, "heal");
  });
}

void FaultProxy::black_hole() {
  loop_->tell([](Loop& loop) {
    loop.set(Direction::up, {.is_lost = true});
    loop.set(Direction::down, {.is_lost = true});
    loop.note(-1, "black hole");
  });
}

void FaultProxy::reset_all() {
  loop_->tell([](Loop& loop) { loop.end_all(true); });
}

void FaultProxy::close_all() {
  loop_->tell([](Loop& loop) { loop.end_all(false); });
}

void FaultProxy::refuse() {
  loop_->tell([](Loop& loop) { loop.welcome(Newcomers::refused); });
}

void FaultProxy::drop_new() {
  loop_->tell([](Loop& loop) { loop.welcome(Newcomers::dropped); });
}

std::size_t FaultProxy::connection_count() const {
  return loop_->ask([](Loop& loop) { return loop.connection_count(); });
}

std::uint64_t FaultProxy::accepted_count() const {
  return loop_->ask([](Loop& loop) { return loop.accepted_count(); });
}

std::uint64_t FaultProxy::forwarded_bytes(Direction direction) const {
  return loop_->ask([direction](Loop& loop) { return loop.forwarded_bytes(direction); });
}

std::vector<LoggedFault> FaultProxy::log() const {
  return loop_->ask([](Loop& loop) { return loop.log(); });
}

std::string FaultProxy::print_log() const {
  std::string text;
  for (const LoggedFault& fault : log()) {
    text += std::to_string(fault.at.count()) + " us, connection " +
            (fault.connection_index < 0 ? "all" : std::to_string(fault.connection_index)) + ": " +
            fault.what + "\n";
  }
  return text;
}

}  // namespace nacre::chaos
