#include "unit/server/wire.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace nacre::server::testing {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return result;
}

}  // namespace

std::vector<WireReply> parse_replies(std::string_view bytes, std::string* rest, bool to_head) {
  std::vector<WireReply> replies;
  while (true) {
    const std::size_t head_end = bytes.find("\r\n\r\n");
    if (head_end == std::string_view::npos || !bytes.starts_with("HTTP/1.1 ")) break;
    std::string_view head = bytes.substr(0, head_end + 2);
    WireReply reply;
    reply.status = std::atoi(std::string(head.substr(9, 3)).c_str());
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
      const std::string_view line = head.substr(0, head.find("\r\n"));
      const std::size_t colon = line.find(": ");
      reply.fields[lower(line.substr(0, colon))] = std::string(line.substr(colon + 2));
      head.remove_prefix(line.size() + 2);
    }
    std::size_t body_bytes = 0;
    const auto length = reply.fields.find("content-length");
    if (!to_head && length != reply.fields.end()) {
      body_bytes = std::strtoull(length->second.c_str(), nullptr, 10);
    }
    if (bytes.size() < head_end + 4 + body_bytes) break;
    reply.body = std::string(bytes.substr(head_end + 4, body_bytes));
    bytes.remove_prefix(head_end + 4 + body_bytes);
    replies.push_back(std::move(reply));
  }
  if (rest != nullptr) *rest = std::string(bytes);
  return replies;
}

WireClient::WireClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("cannot connect");
  }
}

WireClient::~WireClient() {
  ::close(socket_);
}

void WireClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // closed by the peer: what it sent tells why
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void WireClient::end_sending() {
  ::shutdown(socket_, SHUT_WR);
}

std::vector<WireReply> WireClient::receive(std::size_t count, bool to_head) {
  std::vector<WireReply> replies;
  while (true) {
    std::string rest;
    for (WireReply& reply : parse_replies(unread_, &rest, to_head)) {
      replies.push_back(std::move(reply));
    }
    unread_ = rest;
    if (replies.size() >= count) return replies;
    std::array<char, 65536> space;
    const ssize_t received = ::recv(socket_, space.data(), space.size(), 0);
    if (received <= 0) return replies;
    unread_.append(space.data(), static_cast<std::size_t>(received));
  }
}

WireReply WireClient::ask(std::string_view request) {
  send(request);
  std::vector<WireReply> replies = receive(1);
  return replies.empty() ? WireReply{} : std::move(replies.front());
}

bool WireClient::is_closed_by_peer() {
  char byte = 0;
  return unread_.empty() && ::recv(socket_, &byte, 1, 0) == 0;
}

std::string WireClient::receive_all() {
  std::array<char, 65536> space;
  while (true) {
    const ssize_t received = ::recv(socket_, space.data(), space.size(), 0);
    if (received <= 0) return std::exchange(unread_, {});
    unread_.append(space.data(), static_cast<std::size_t>(received));
  }
}

std::string get_request(std::string_view target, std::string_view fields) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) +
         "\r\n";
}

std::string body_request(std::string_view method, std::string_view target, std::string_view body,
                         std::string_view fields) {
  return std::string(method) + " " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}

}  // namespace nacre::server::testing
