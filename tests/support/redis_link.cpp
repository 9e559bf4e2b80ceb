#include "support/redis_link.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace nacre::test {
namespace {

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* tls) const { SSL_free(tls); }
};

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("RedisLink: " + what);
}

sockaddr_in socket_address(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) fail("no IPv4 address: " + host);
  return address;
}

timeval seconds_of(std::chrono::milliseconds timeout) {
  return {.tv_sec = timeout.count() / 1000, .tv_usec = timeout.count() % 1000 * 1000};
}

long long number_of(const std::string& line) {
  try {
    return std::stoll(line);
  } catch (const std::exception&) {
    fail("no number: " + line);
  }
}

}  // namespace

struct RedisLink::Socket {
  int file = -1;
  std::unique_ptr<SSL_CTX, Free> context{};
  std::unique_ptr<SSL, Free> tls{};

  ~Socket() {
    if (file >= 0) ::close(file);
  }

  void dial(const RedisAddress& to, std::chrono::milliseconds timeout) {
    file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    set_timeout(timeout);
    const int yes = 1;
    ::setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (!to.source_host.empty()) {
      const sockaddr_in source = socket_address(to.source_host, 0);
      if (::bind(file, reinterpret_cast<const sockaddr*>(&source), sizeof(source)) != 0) {
        fail("cannot bind to " + to.source_host);
      }
    }
    const sockaddr_in target = socket_address(to.host, to.port);
    if (::connect(file, reinterpret_cast<const sockaddr*>(&target), sizeof(target)) != 0) {
      fail("cannot connect to " + to.host + ":" + std::to_string(to.port) + ": " +
           std::strerror(errno));
    }
    if (!to.authority_file.empty()) shake_hands(to);
  }

  void set_timeout(std::chrono::milliseconds timeout) const {
    const timeval limit = seconds_of(timeout);
    ::setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  }

  void shake_hands(const RedisAddress& to) {
    context.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_load_verify_locations(context.get(), to.authority_file.c_str(), nullptr) != 1) {
      fail("cannot read " + to.authority_file);
    }
    tls.reset(SSL_new(context.get()));
    SSL_set1_host(tls.get(), to.server_name.c_str());
    SSL_set_fd(tls.get(), file);
    if (SSL_connect(tls.get()) != 1) {
      std::array<char, 256> text{};
      ERR_error_string_n(ERR_get_error(), text.data(), text.size());
      fail(std::string("TLS: ") + text.data());
    }
  }

  void write(const std::string& bytes) const {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const char* const rest = bytes.data() + sent;
      const std::size_t size = bytes.size() - sent;
      const ssize_t count = tls ? SSL_write(tls.get(), rest, static_cast<int>(size))
                                : ::send(file, rest, size, MSG_NOSIGNAL);
      if (count <= 0) fail("the connection does not take what is written");
      sent += static_cast<std::size_t>(count);
    }
  }

  std::string read_some() const {
    std::array<char, 16384> chunk{};
    const ssize_t count = tls ? SSL_read(tls.get(), chunk.data(), chunk.size())
                              : ::recv(file, chunk.data(), chunk.size(), 0);
    if (count == 0) fail("the server has closed the connection");
    if (count < 0) fail("nothing to read within the timeout, or the connection broke");
    return {chunk.data(), static_cast<std::size_t>(count)};
  }
};

RedisReply RedisReply::find(const std::string& name) const {
  for (std::size_t index = 0; index + 1 < items.size(); index += 2) {
    if (items[index].text == name) return items[index + 1];
  }
  return {};
}

std::string RedisReply::print() const {
  if (type == ':' || type == '#') return std::to_string(number);
  if (is_null()) return "(null)";
  if (type != '*' && type != '%' && type != '~' && type != '>') return text;
  std::string all = "[";
  for (const RedisReply& item : items) all += item.print() + " ";
  return all + "]";
}

std::string RedisAddress::url() const {
  std::string text = authority_file.empty() ? "redis://" : "rediss://";
  if (!password.empty()) text += user + ":" + password + "@";
  return text + host + ":" + std::to_string(port);
}

RedisLink::RedisLink(const RedisAddress& address, std::chrono::milliseconds timeout)
    : socket_(std::make_unique<Socket>()) {
  socket_->dial(address, timeout);
  if (address.password.empty()) return;
  if (address.user.empty()) {
    must({"AUTH", address.password});
  } else {
    must({"AUTH", address.user, address.password});
  }
}

RedisLink::~RedisLink() = default;
RedisLink::RedisLink(RedisLink&&) noexcept = default;
RedisLink& RedisLink::operator=(RedisLink&&) noexcept = default;

RedisReply RedisLink::ask(const std::vector<std::string>& command) {
  send(command);
  return read();
}

RedisReply RedisLink::must(const std::vector<std::string>& command) {
  RedisReply reply = ask(command);
  if (reply.is_error()) fail(command[0] + ": " + reply.text);
  return reply;
}

void RedisLink::set_timeout(std::chrono::milliseconds timeout) {
  socket_->set_timeout(timeout);
}

void RedisLink::send(const std::vector<std::string>& command) {
  send_bytes(encode_command(command));
}

void RedisLink::send_bytes(const std::string& bytes) {
  socket_->write(bytes);
}

RedisReply RedisLink::read() {
  for (;;) {
    RedisReply reply = read_frame();
    if (reply.type != '>') return reply;
    pushes_.push_back(std::move(reply));
  }
}

RedisReply RedisLink::read_push() {
  if (pushes_.empty()) {
    RedisReply reply = read_frame();
    if (reply.type != '>') fail("a reply where a push was expected: " + reply.print());
    return reply;
  }
  RedisReply first = std::move(pushes_.front());
  pushes_.erase(pushes_.begin());
  return first;
}

RedisReply RedisLink::read_frame() {
  const std::string line = read_line();
  RedisReply reply{.type = line.at(0), .text = line.substr(1)};
  switch (reply.type) {
    case ':':
      reply.number = number_of(reply.text);
      break;
    case '#':
      reply.number = reply.text == "t" ? 1 : 0;
      break;
    case '$':
    case '=':
    case '!': {
      const long long size = number_of(reply.text);
      if (size < 0) return {};
      reply.text = read_exactly(static_cast<std::size_t>(size) + 2);
      reply.text.resize(static_cast<std::size_t>(size));
      break;
    }
    case '*':
    case '~':
    case '>':
    case '%': {
      const long long count = number_of(reply.text) * (reply.type == '%' ? 2 : 1);
      if (count < 0) return {};
      for (long long item = 0; item < count; ++item) reply.items.push_back(read_frame());
      break;
    }
    default:
      break;
  }
  return reply;
}

std::string RedisLink::read_line() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n", position_)) == std::string::npos) fill();
  std::string line = buffer_.substr(position_, end - position_);
  position_ = end + 2;
  if (line.empty()) fail("an empty line instead of a reply");
  return line;
}

std::string RedisLink::read_exactly(std::size_t count) {
  while (buffer_.size() - position_ < count) fill();
  std::string bytes = buffer_.substr(position_, count);
  position_ += count;
  return bytes;
}

void RedisLink::fill() {
  buffer_.erase(0, position_);
  position_ = 0;
  buffer_ += socket_->read_some();
}

std::string encode_command(const std::vector<std::string>& command) {
  std::string bytes = "*" + std::to_string(command.size()) + "\r\n";
  for (const std::string& word : command) {
    bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  }
  return bytes;
}

}  // namespace nacre::test
