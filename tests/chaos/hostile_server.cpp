#include "chaos/hostile_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "chaos/frame_splitter.hpp"

namespace nacre::chaos {
namespace {

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t each = 0; each < count; ++each) all += text;
  return all;
}

}  // namespace

std::string bulk(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

std::string array(const std::vector<std::string>& replies) {
  std::string all = "*" + std::to_string(replies.size()) + "\r\n";
  for (const std::string& reply : replies) all += reply;
  return all;
}

std::string slots_of_one(const std::string& host, std::uint16_t port) {
  const std::string node =
      array({bulk(host), ":" + std::to_string(port) + "\r\n", bulk(std::string(40, 'a'))});
  return array({array({":0\r\n", ":16383\r\n", node})});
}

HostileAnswer polite(const HostileCommand& command) {
  const std::string& name = command.words.at(0);
  if (name == "HELLO") {
    return {.bytes = "%3\r\n" + bulk("server") + bulk("redis") + bulk("proto") + ":3\r\n" +
                     bulk("role") + bulk("master")};
  }
  if (name == "PING") return {.bytes = "+PONG\r\n"};
  if (name == "ROLE") return {.bytes = array({bulk("master"), ":0\r\n", array({})})};
  if (name == "GET") return {.bytes = "_\r\n"};
  return {.bytes = "+OK\r\n"};
}

std::vector<NamedBytes> hostile_replies() {
  return {
      {"unknown_type", "?what\r\n"},
      {"count_without_end", "*2147483647\r\n"},
      {"count_that_overflows", "%4611686018427387904\r\n"},
      {"negative_count", "*-2\r\n"},
      {"size_without_bytes", "$536870912\r\n"},
      {"negative_size", "$-9\r\n"},
      {"size_with_plus", "$+4\r\nabcd\r\n"},
      {"size_with_leading_zero_and_no_end", "$4\r\nabcdef\r\n"},
      {"streamed_string", "$?\r\n;4\r\nabcd\r\n;0\r\n"},
      {"streamed_array", "*?\r\n:1\r\n.\r\n"},
      {"depth_bomb", repeated("*1\r\n", 100'000) + ":1\r\n"},
      {"attribute_bomb", repeated("|1\r\n+a\r\n+b\r\n", 50'000) + ":1\r\n"},
      {"attribute_without_pairs_end", "|1000000000\r\n"},
      {"big_number_bomb", "(" + std::string(1'000'000, '9') + "\r\n"},
      {"line_without_end", "+" + std::string(4'000'000, 'x')},
      {"short_verbatim", "=2\r\nab\r\n"},
      {"bulk_error_without_bytes", "!536870912\r\n"},
      {"wrong_boolean", "#x\r\n"},
      {"integer_that_overflows", ":99999999999999999999999\r\n"},
      {"empty_line", "\r\n"},
      {"zero_bytes", std::string(64, '\0')},
      {"http", "HTTP/1.1 400 Bad Request\r\n\r\n"},
  };
}

class HostileServer::Loop {
 public:
  explicit Loop(HostileHandler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0) {
      throw std::runtime_error("HostileServer: cannot listen");
    }
    ::getsockname(listener_, generic, &size);
    port_ = ntohs(address.sin_port);
    wake_ = ::eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { serve(); });
  }

  ~Loop() {
    is_over_ = true;
    wake();
    thread_.join();
    for (const Connection& each : connections_) ::close(each.file);
    ::close(listener_);
    ::close(wake_);
  }

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void send_to_all(const std::string& bytes) {
    {
      const std::scoped_lock lock(mutex_);
      unasked_ += bytes;
    }
    wake();
  }

  std::uint16_t port() const noexcept { return port_; }
  std::uint64_t accepted_count() const noexcept { return accepted_count_; }
  std::uint64_t command_count() const noexcept { return command_count_; }

 private:
  struct Connection {
    int file = -1;
    std::uint64_t index = 0;
    std::uint64_t command_count = 0;
    FrameSplitter splitter{};
  };

  void wake() const {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_, &one, sizeof(one)));
  }

  void serve() {
    while (!is_over_) {
      std::vector<pollfd> polled{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
      for (const Connection& each : connections_) polled.push_back({each.file, POLLIN, 0});
      ::poll(polled.data(), polled.size(), -1);
      std::size_t next = 2;
      for (auto each = connections_.begin(); each != connections_.end(); ++next) {
        const bool goes_on = polled[next].revents == 0 || serve_one(*each);
        each = goes_on ? std::next(each) : connections_.erase(each);
      }
      if (polled[1].revents != 0) accept_one();
      if (polled[0].revents != 0) send_unasked();
    }
  }

  void accept_one() {
    const int file = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (file < 0) return;
    const int yes = 1;
    ::setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    // A client that does not read must not hold the others up for ever.
    const timeval limit{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    connections_.push_back({.file = file, .index = accepted_count_++});
  }

  void send_unasked() {
    std::uint64_t ignored = 0;
    static_cast<void>(!::read(wake_, &ignored, sizeof(ignored)));
    std::string bytes;
    {
      const std::scoped_lock lock(mutex_);
      bytes = std::exchange(unasked_, {});
    }
    for (const Connection& each : connections_) send(each, {.bytes = bytes});
  }

  /// False when the connection is over; then it is closed.
  bool serve_one(Connection& each) {
    std::array<char, 65536> chunk;
    const ssize_t count = ::recv(each.file, chunk.data(), chunk.size(), 0);
    bool goes_on = count > 0;
    if (goes_on) {
      for (const std::string& frame :
           each.splitter.feed({chunk.data(), static_cast<std::size_t>(count)})) {
        goes_on = goes_on && answer(each, frame);
      }
    }
    if (!goes_on) ::close(each.file);
    return goes_on;
  }

  bool answer(Connection& each, const std::string& frame) {
    HostileCommand command{.words = command_words(frame),
                           .command_index = each.command_count++,
                           .connection_index = each.index};
    ++command_count_;
    if (command.words.empty()) return false;
    std::ranges::transform(command.words[0], command.words[0].begin(), [](unsigned char symbol) {
      return static_cast<char>(std::toupper(symbol));
    });
    const HostileAnswer answer = handler_(command);
    send(each, answer);
    if (answer.resets) {
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(each.file, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
    return !answer.closes && !answer.resets;
  }

  static void send(const Connection& each, const HostileAnswer& answer) {
    std::string_view rest = answer.bytes;
    while (!rest.empty()) {
      const std::size_t most = answer.write_bytes == 0 ? rest.size() : answer.write_bytes;
      const ssize_t count =
          ::send(each.file, rest.data(), std::min(most, rest.size()), MSG_NOSIGNAL);
      if (count <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  const HostileHandler handler_;
  int listener_ = -1;
  int wake_ = -1;
  std::uint16_t port_ = 0;
  std::list<Connection> connections_{};  // the thread's alone
  std::atomic<std::uint64_t> accepted_count_ = 0;
  std::atomic<std::uint64_t> command_count_ = 0;
  std::atomic<bool> is_over_ = false;
  std::mutex mutex_;
  std::string unasked_{};  // guarded by mutex_
  std::thread thread_;
};

HostileServer::HostileServer(HostileHandler handler)
    : loop_(std::make_unique<Loop>(std::move(handler))) {}
HostileServer::~HostileServer() = default;

std::uint16_t HostileServer::port() const noexcept {
  return loop_->port();
}
std::uint64_t HostileServer::accepted_count() const noexcept {
  return loop_->accepted_count();
}
std::uint64_t HostileServer::command_count() const noexcept {
  return loop_->command_count();
}
void HostileServer::send_to_all(const std::string& bytes) {
  loop_->send_to_all(bytes);
}

}  // namespace nacre::chaos
