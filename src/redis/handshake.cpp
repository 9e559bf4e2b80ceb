#include "redis/handshake.hpp"

#include <fmt/format.h>

#include "nacre/version.hpp"
#include "redis/server_error.hpp"

namespace nacre::redis {
namespace {

std::string_view user_of(const ConnectSettings& settings) noexcept {
  return settings.user.empty() ? "default" : std::string_view(settings.user);
}

Role role_of(std::string_view text) noexcept {
  if (text == "master" || text == "primary") return Role::primary;
  if (text == "slave" || text == "replica") return Role::replica;
  return Role::unknown;
}

// The server's own words, bounded. They never repeat a password.
std::string words_of(resp::Reply reply) {
  return error_from(reply).message();
}

}  // namespace

Handshake::Handshake(const ConnectSettings& settings, const HandshakeTerms& terms)
    : settings_(settings), terms_(terms) {
  begin_resp3();
}

void Handshake::say(Command command, std::initializer_list<std::string_view> arguments) {
  resp::append_command(output_, arguments);
  expected_.push_back(command);
}

void Handshake::begin_resp3() {
  std::vector<std::string_view> hello{"HELLO", "3"};
  if (!settings_.password.empty()) {
    hello.insert(hello.end(), {"AUTH", user_of(settings_), settings_.password});
  }
  if (!settings_.client_name.empty()) {
    hello.insert(hello.end(), {"SETNAME", settings_.client_name});
  }
  resp::append_command(output_, hello);
  expected_.push_back(Command::hello);
  say_common();
  if (terms_.is_tracking) say(Command::tracking, {"CLIENT", "TRACKING", "ON"});
}

void Handshake::begin_resp2() {
  is_falling_back_ = false;
  hello_.protocol = resp::Protocol::resp2;
  output_.clear();
  expected_.clear();
  received_count_ = 0;
  if (!settings_.password.empty()) {
    // A user's name came with Redis 6; before, there was only a password.
    if (settings_.user.empty()) {
      say(Command::auth, {"AUTH", settings_.password});
    } else {
      say(Command::auth, {"AUTH", settings_.user, settings_.password});
    }
  }
  if (!settings_.client_name.empty()) {
    say(Command::set_name, {"CLIENT", "SETNAME", settings_.client_name});
  }
  say_common();
}

void Handshake::say_common() {
  say(Command::library, {"CLIENT", "SETINFO", "LIB-NAME", "nacre"});
  say(Command::library, {"CLIENT", "SETINFO", "LIB-VER", version});
  if (settings_.database_index != 0) {
    say(Command::select, {"SELECT", std::to_string(settings_.database_index)});
  }
  if (terms_.is_read_only) say(Command::read_only, {"READONLY"});
  if (terms_.required_role != Role::unknown) say(Command::role, {"ROLE"});
}

Handshake::Step Handshake::receive(resp::Reply reply) {
  if (received_count_ >= expected_.size()) {
    trouble_ = "the server answers what was not asked";
    return Step::failed;
  }
  const Command command = expected_[received_count_++];
  Step step = Step::go_on;
  if (command == Command::hello) {
    step = on_hello(reply);
  } else if (!is_falling_back_) {
    switch (command) {
      case Command::auth:
        if (reply.is_error()) step = give_up("AUTH", reply);
        break;
      case Command::select:
        if (reply.is_error()) step = give_up("SELECT", reply);
        break;
      case Command::read_only:
        if (reply.is_error()) step = give_up("READONLY", reply);
        break;
      case Command::role:
        step = on_role(reply);
        break;
      case Command::tracking:
        hello_.is_tracking = reply.is_ok();
        break;
      default:
        break;  // a name for CLIENT LIST that cannot be set is no reason to stay away
    }
  }
  if (step != Step::go_on || received_count_ < expected_.size()) return step;
  if (!is_falling_back_) return Step::ready;
  begin_resp2();
  return Step::send;
}

Handshake::Step Handshake::on_hello(resp::Reply reply) {
  if (reply.is_error()) {
    const ServerError error = server_error_of(reply.text());
    if (error == ServerError::no_auth || error == ServerError::wrong_pass || is_transient(error) ||
        error == ServerError::busy) {
      return give_up("HELLO", reply);
    }
    // An older server, a proxy, or a user who may not say HELLO.
    is_falling_back_ = true;
    return Step::go_on;
  }
  const auto protocol = reply.find("proto");
  if (!protocol || protocol->integer() != 3) {
    trouble_ = "HELLO was not answered as Redis does";
    return Step::failed;
  }
  hello_.protocol = resp::Protocol::resp3;
  if (const auto version = reply.find("version")) hello_.version = version->text().substr(0, 32);
  if (const auto role = reply.find("role")) hello_.role = role_of(role->text());
  return Step::go_on;
}

Handshake::Step Handshake::on_role(resp::Reply reply) {
  if (reply.is_error()) return give_up("ROLE", reply);
  hello_.role = role_of(reply[0].text());
  if (hello_.role == terms_.required_role) return Step::go_on;
  trouble_ = fmt::format("the server is no {}", name_of(terms_.required_role));
  return Step::failed;
}

Handshake::Step Handshake::give_up(std::string_view command, resp::Reply reply) {
  trouble_ = fmt::format("{}: {}", command, words_of(reply));
  switch (server_error_of(reply.text())) {
    case ServerError::no_auth:
    case ServerError::no_perm:
    case ServerError::wrong_pass:
      return Step::refused;
    default:
      // Before Redis 6: "ERR invalid password".
      return command == "AUTH" ? Step::refused : Step::failed;
  }
}

}  // namespace nacre::redis
