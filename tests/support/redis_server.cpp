#include "support/redis_server.hpp"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "support/await.hpp"
#include "support/port_block.hpp"
#include "support/test_certificates.hpp"

namespace nacre::test {
namespace {

/// Everything that servers of this program write; removed when the program ends in order.
class RunFolder {
 public:
  RunFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "nacre-redis-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~RunFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  static const std::filesystem::path& path() {
    static const RunFolder folder;
    return folder.path_;
  }

 private:
  std::filesystem::path path_;
};

std::string write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
  return path;
}

/// `name` on and with its password, the rest of the line as `rights`.
std::string user_line(const RedisUser& user, const std::string& rights) {
  return "user " + user.name + " on >" + user.password + " " + rights + "\n";
}

std::string users_of(RedisServer::Mode mode) {
  const std::string common = "user default off\n" + user_line(operator_user(), "~* &* +@all");
  if (mode == RedisServer::Mode::sentinel) {
    return common + user_line(sentinel_user(), "&* +@all -@dangerous +sentinel +role");
  }
  return common + user_line(application_user(), "~* &* +@all -@admin +config +role +cluster") +
         user_line(replication_user(), "+psync +replconf +ping") +
         user_line(watcher_user(),
                   "&* +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish "
                   "+info +client|setname +client|kill +script|kill");
}

}  // namespace

const RedisUser& application_user() {
  static const RedisUser user{.name = "application", .password = "application-secret"};
  return user;
}

const RedisUser& operator_user() {
  static const RedisUser user{.name = "operator", .password = "operator-secret"};
  return user;
}

const RedisUser& replication_user() {
  static const RedisUser user{.name = "replication", .password = "replication-secret"};
  return user;
}

const RedisUser& watcher_user() {
  static const RedisUser user{.name = "watcher", .password = "watcher-secret"};
  return user;
}

const RedisUser& sentinel_user() {
  static const RedisUser user{.name = "seeker", .password = "seeker-secret"};
  return user;
}

const RedisTlsFiles& redis_tls_files() {
  static const TestAuthority authority;
  static const TestAuthority rogue;
  static const RedisTlsFiles files = [] {
    const OriginIdentity identity =
        authority.issue({.subject_alt_name = "DNS:localhost,IP:127.0.0.1,IP:127.0.9.9"});
    const std::filesystem::path& folder = RunFolder::path();
    return RedisTlsFiles{.authority = authority.file(),
                         .certificate = write_file(folder / "server.crt", identity.certificate),
                         .private_key = write_file(folder / "server.key", identity.private_key),
                         .rogue_authority = rogue.file()};
  }();
  return files;
}

RedisServer::RedisServer(const RedisTerms& terms) : RedisServer(terms, Mode::server) {}

RedisServer::RedisServer(const RedisTerms& terms, Mode mode)
    : terms_(terms),
      port_(take_port()),
      folder_(RunFolder::path() / std::to_string(port_)),
      process_({"redis-server", (folder_ / "redis.conf").string(),
                mode == Mode::sentinel ? "--sentinel" : "--daemonize no"},
               folder_) {
  write_file(folder_ / "redis.conf", config(mode));
  process_.start();
  await_ready();
}

std::string RedisServer::config(Mode mode) const {
  std::ostringstream lines;
  const std::string port = std::to_string(port_);
  lines << "bind " << terms_.host << "\nprotected-mode no\ndir " << folder_.string() << "\n";
  if (terms_.has_tls) {
    const RedisTlsFiles& files = redis_tls_files();
    lines << "port 0\ntls-port " << port << "\ntls-cert-file " << files.certificate
          << "\ntls-key-file " << files.private_key << "\ntls-ca-cert-file " << files.authority
          << "\ntls-auth-clients optional\ntls-replication yes\n";
  } else {
    lines << "port " << port << "\n";
  }
  if (mode == Mode::server) {
    lines << "save \"\"\nappendonly no\nrepl-diskless-sync-delay 0\nenable-debug-command yes\n";
  }
  if (terms_.has_users) {
    lines << users_of(mode);
    if (mode == Mode::server) {
      lines << "masteruser " << replication_user().name << "\nmasterauth "
            << replication_user().password << "\n";
    }
  }
  for (const std::string& setting : terms_.settings) lines << setting << "\n";
  return lines.str();
}

RedisAddress RedisServer::operator_address() const {
  RedisAddress address{.host = terms_.host, .port = port_};
  if (terms_.has_tls) address.authority_file = redis_tls_files().authority;
  if (terms_.has_users) {
    address.user = operator_user().name;
    address.password = operator_user().password;
  }
  return address;
}

RedisAddress RedisServer::address() const {
  RedisAddress address = operator_address();
  if (terms_.has_users) {
    address.user = application_user().name;
    address.password = application_user().password;
  }
  return address;
}

RedisReply RedisServer::ask(const std::vector<std::string>& command) {
  try {
    if (!link_) link_.emplace(operator_address());
    return link_->must(command);
  } catch (const std::exception&) {
    link_.reset();
    throw;
  }
}

RedisLink RedisServer::connect() const {
  return RedisLink(operator_address());
}

std::vector<std::map<std::string, std::string>> RedisServer::clients() {
  std::vector<std::map<std::string, std::string>> all;
  const std::string own_id = ask({"CLIENT", "ID"}).text;
  std::istringstream lines(ask({"CLIENT", "LIST"}).text);
  for (std::string line; std::getline(lines, line);) {
    std::map<std::string, std::string> fields;
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      const std::size_t equals = word.find('=');
      if (equals != std::string::npos) fields[word.substr(0, equals)] = word.substr(equals + 1);
    }
    const bool is_own = fields["id"] == own_id || fields["user"] == operator_user().name;
    if (!is_own && !fields.empty()) all.push_back(std::move(fields));
  }
  return all;
}

std::string RedisServer::info(const std::string& field) {
  std::istringstream lines(ask({"INFO", "everything"}).text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.starts_with(field + ":")) return line.substr(field.size() + 1);
  }
  return {};
}

void RedisServer::kill_now() {
  link_.reset();
  process_.kill_now();
}

void RedisServer::pause() {
  process_.pause();
}

void RedisServer::go_on() {
  process_.go_on();
}

void RedisServer::restart() {
  kill_now();
  process_.start();
  await_ready();
}

void RedisServer::await_ready() {
  await("redis-server on port " + std::to_string(port_), [this] {
    if (!process_.is_running()) throw std::runtime_error("it has ended: " + process_.output());
    ask({"PING"});
    return true;
  });
}

}  // namespace nacre::test
