#include "support/scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "resp/reader.hpp"

namespace nacre::test {
namespace {

constexpr const char* hello =
    "%4\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n"
    "$5\r\nproto\r\n:3\r\n$4\r\nrole\r\n$6\r\nmaster\r\n";

bool is_handshake(const std::string& command) {
  return command.starts_with("HELLO") || command.starts_with("CLIENT") ||
         command.starts_with("SELECT");
}

struct Peer {
  int socket = -1;
  std::unique_ptr<resp::Reader> reader = std::make_unique<resp::Reader>();
};

void send_all(int socket, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t size = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

}  // namespace

struct ScriptedServer::State {
  Script script;
  bool answers_handshake;
  int listener = -1;
  int wake = -1;
  std::uint16_t port = 0;
  std::atomic<bool> is_ending{false};
  std::atomic<std::size_t> accepted_count{0};
  mutable std::mutex mutex;  // guards peers and commands
  std::vector<Peer> peers{};
  std::vector<std::string> commands{};
  std::thread thread{};

  void run();
  void accept_one();
  bool read_from(Peer& peer);
  std::string answer(const std::string& command);
};

ScriptedServer::ScriptedServer(Script script, bool answers_handshake)
    : state_(std::make_unique<State>()) {
  state_->script = std::move(script);
  state_->answers_handshake = answers_handshake;
  state_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(state_->listener, generic, size) != 0 || ::listen(state_->listener, 64) != 0 ||
      ::getsockname(state_->listener, generic, &size) != 0) {
    throw std::runtime_error("no loopback port for a scripted server");
  }
  state_->port = ntohs(address.sin_port);
  state_->wake = ::eventfd(0, EFD_CLOEXEC);
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

ScriptedServer::~ScriptedServer() {
  state_->is_ending = true;
  ::eventfd_write(state_->wake, 1);
  state_->thread.join();
  for (const Peer& peer : state_->peers) ::close(peer.socket);
  ::close(state_->listener);
  ::close(state_->wake);
}

std::uint16_t ScriptedServer::port() const noexcept {
  return state_->port;
}

void ScriptedServer::State::run() {
  while (!is_ending) {
    std::vector<pollfd> waited{{listener, POLLIN, 0}, {wake, POLLIN, 0}};
    {
      const std::lock_guard lock(mutex);
      for (const Peer& peer : peers) waited.push_back({peer.socket, POLLIN, 0});
    }
    ::poll(waited.data(), waited.size(), -1);
    eventfd_t ignored = 0;
    if (waited[1].revents != 0) ::eventfd_read(wake, &ignored);
    if (waited[0].revents != 0) accept_one();
    for (std::size_t at = 2; at < waited.size(); ++at) {
      if (waited[at].revents == 0) continue;
      const std::lock_guard lock(mutex);
      for (std::size_t index = 0; index < peers.size(); ++index) {
        if (peers[index].socket != waited[at].fd || read_from(peers[index])) continue;
        ::close(peers[index].socket);
        peers.erase(peers.begin() + static_cast<std::ptrdiff_t>(index));
        break;
      }
    }
  }
}

void ScriptedServer::State::accept_one() {
  const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (socket < 0) return;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::lock_guard lock(mutex);
  peers.push_back({.socket = socket});
  ++accepted_count;
}

bool ScriptedServer::State::read_from(Peer& peer) {
  const std::span<char> room = peer.reader->prepare();
  const ssize_t size = ::recv(peer.socket, room.data(), room.size(), 0);
  if (size <= 0) return false;
  peer.reader->commit(static_cast<std::size_t>(size));
  std::string answers;
  while (peer.reader->next() == resp::Step::reply) {
    std::string command;
    for (const resp::Reply word : peer.reader->frame()) {
      if (!command.empty()) command += ' ';
      command += word.text();
    }
    commands.push_back(command);
    answers += answer(command);
  }
  send_all(peer.socket, answers);
  return true;
}

std::string ScriptedServer::State::answer(const std::string& command) {
  if (!answers_handshake || !is_handshake(command)) return script(command);
  return command.starts_with("HELLO") ? hello : "+OK\r\n";
}

void ScriptedServer::send(const std::string& bytes) {
  const std::lock_guard lock(state_->mutex);
  for (const Peer& peer : state_->peers) send_all(peer.socket, bytes);
}

void ScriptedServer::drop_all() {
  {
    const std::lock_guard lock(state_->mutex);
    for (const Peer& peer : state_->peers) ::close(peer.socket);
    state_->peers.clear();
  }
  ::eventfd_write(state_->wake, 1);
}

std::vector<std::string> ScriptedServer::commands() const {
  const std::lock_guard lock(state_->mutex);
  return state_->commands;
}

std::string ScriptedServer::last_command() const {
  const std::lock_guard lock(state_->mutex);
  return state_->commands.empty() ? std::string() : state_->commands.back();
}

std::size_t ScriptedServer::accepted_count() const {
  return state_->accepted_count;
}

}  // namespace nacre::test
