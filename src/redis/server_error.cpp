#include "redis/server_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace nacre::redis {
namespace {

constexpr std::pair<std::string_view, ServerError> codes[] = {
    {"ASK", ServerError::ask},
    {"BUSY", ServerError::busy},
    {"CLUSTERDOWN", ServerError::cluster_down},
    {"CROSSSLOT", ServerError::cross_slot},
    {"EXECABORT", ServerError::exec_abort},
    {"LOADING", ServerError::loading},
    {"MASTERDOWN", ServerError::master_down},
    {"MISCONF", ServerError::misconf},
    {"MOVED", ServerError::moved},
    {"NOAUTH", ServerError::no_auth},
    {"NOPERM", ServerError::no_perm},
    {"NOPROTO", ServerError::no_proto},
    {"NOREPLICAS", ServerError::no_replicas},
    {"NOSCRIPT", ServerError::no_script},
    {"OOM", ServerError::out_of_memory},
    {"READONLY", ServerError::read_only},
    {"TRYAGAIN", ServerError::try_again},
    {"UNBLOCKED", ServerError::unblocked},
    {"WRONGPASS", ServerError::wrong_pass},
    {"WRONGTYPE", ServerError::wrong_type},
};

constexpr std::size_t shown_bytes = 200;

std::string shown(std::string_view text) {
  std::string line(text.substr(0, shown_bytes));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  return line;
}

Errc code_of(ServerError error, bool is_script) noexcept {
  switch (error) {
    case ServerError::no_auth:
    case ServerError::no_perm:
    case ServerError::wrong_pass:
      return Errc::forbidden;
    case ServerError::out_of_memory:
      return Errc::saturated;
    case ServerError::cross_slot:
      return Errc::unsupported_in_cluster;
    case ServerError::ask:
    case ServerError::busy:
    case ServerError::cluster_down:
    case ServerError::loading:
    case ServerError::master_down:
    case ServerError::misconf:
    case ServerError::moved:
    case ServerError::no_replicas:
    case ServerError::read_only:
    case ServerError::try_again:
    case ServerError::unblocked:
      return Errc::connection_failed;
    default:
      return is_script ? Errc::script_execution_failed : Errc::invalid_argument;
  }
}

template <class Number>
bool parse_number(std::string_view text, Number& number) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

ServerError server_error_of(std::string_view text) noexcept {
  const std::string_view code = text.substr(0, text.find_first_of(" \r\n"));
  const auto* const found =
      std::lower_bound(std::begin(codes), std::end(codes), code,
                       [](const auto& row, std::string_view wanted) { return row.first < wanted; });
  if (found != std::end(codes) && found->first == code) return found->second;
  return text.starts_with("ERR unknown command") ? ServerError::unknown_command
                                                 : ServerError::other;
}

std::optional<Redirect> redirect_of(std::string_view text) noexcept {
  constexpr std::uint16_t last_slot = 16383;
  const std::size_t slot_at = text.find(' ');
  const std::size_t node_at =
      slot_at == std::string_view::npos ? slot_at : text.find(' ', slot_at + 1);
  const std::size_t port_at = text.rfind(':');
  if (node_at == std::string_view::npos || port_at == std::string_view::npos || port_at < node_at) {
    return std::nullopt;
  }
  Redirect redirect;
  if (!parse_number(text.substr(slot_at + 1, node_at - slot_at - 1), redirect.slot) ||
      !parse_number(text.substr(port_at + 1), redirect.port) || redirect.slot > last_slot ||
      redirect.port == 0) {
    return std::nullopt;
  }
  redirect.host = text.substr(node_at + 1, port_at - node_at - 1);
  if (redirect.host.starts_with('[') && redirect.host.ends_with(']')) {
    redirect.host = redirect.host.substr(1, redirect.host.size() - 2);
  }
  return redirect;
}

bool is_transient(ServerError error) noexcept {
  return error == ServerError::loading || error == ServerError::master_down ||
         error == ServerError::cluster_down || error == ServerError::try_again;
}

Error error_from(resp::Reply reply, bool is_script) {
  const std::string text = shown(reply.text());
  return {code_of(server_error_of(reply.text()), is_script),
          fmt::format("Redis answered: {}", text),
          {{"server_error", text.substr(0, text.find(' '))}}};
}

}  // namespace nacre::redis
