// Keeps one connection to a server: dials, introduces itself, notices silence, dials again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "redis/handshake.hpp"
#include "redis/io_threads.hpp"
#include "redis/reply_handler.hpp"
#include "redis/settings.hpp"
#include "redis/status.hpp"
#include "redis/tls.hpp"
#include "redis/transport.hpp"
#include "resp/reader.hpp"

namespace nacre::redis {

/// Who uses a Connection. On its io thread; what the connection is asked inside is done after.
class ConnectionUser {
 public:
  virtual ~ConnectionUser() = default;

  /// The handshake is done and nothing else has been written.
  virtual void on_ready() = 0;

  /// A reply, in order; false when none was due: the connection is then given up.
  [[nodiscard]] virtual bool on_reply(resp::Reply reply) = 0;
  virtual void on_push(resp::Reply push) = 0;

  /// All that had been received has been delivered: time to write.
  virtual void on_turn_end() = 0;

  /// Nothing was heard for a heartbeat: a PING should go out, so that something is.
  virtual void on_silence() = 0;

  /// The connection, which was ready, is no more. The next one is dialled after this.
  virtual void on_lost(const std::string& reason) = 0;

  /// The state, the error, or what hello() says has changed.
  virtual void on_changed() = 0;
};

struct ConnectionOptions {
  Address address{};
  std::uint32_t node_number = 0;
  std::shared_ptr<const ConnectSettings> settings{};
  std::shared_ptr<const Tls> tls{};
  HandshakeTerms terms{};

  /// False for a connection that is not dialled again when it is lost.
  bool is_kept = true;

  /// False for a connection whose server may be silent while it works for us: blocking commands.
  bool has_heartbeat = true;

  EventHandler on_event{};
};

/// Loop thread only. Half-open links are found by silence: after each heartbeat without a byte from
/// the server a PING goes out, and after heartbeat_misses of them without an answer it is dead.
class Connection final : private TransportListener {
 public:
  /// `thread` and `user` must outlive the connection.
  Connection(IoThread& thread, ConnectionOptions options, ConnectionUser& user);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  /// Begins to dial. Once.
  void start();

  /// Gives the present connection up, as if it had broken. Told in a turn of its own.
  void give_up(std::string reason);

  /// For ever. on_lost() is called when it was ready. Idempotent.
  void close();

  /// While ready: hands over the beginning of `bytes`, says how many were taken. When fewer,
  /// on_turn_end() follows as soon as there is room.
  std::size_t write_some(std::string_view bytes);

  LinkState state() const noexcept { return state_; }
  bool is_ready() const noexcept { return state_ == LinkState::ready; }
  const LinkIdentity& identity() const noexcept { return identity_; }
  const Hello& hello() const noexcept { return hello_; }
  const std::string& last_error() const noexcept { return last_error_; }

  /// The present, as of the last batch of bytes or the last tick: at most a turn of the loop old
  /// inside one.
  TimePoint heard_at() const noexcept { return heard_at_; }

 private:
  void on_opened(const std::string& trouble) override;
  std::span<char> receive_room() override;
  void on_received(std::size_t size) override;
  void on_writable() override;
  void on_broken(const std::string& trouble) override;

  void dial();
  void read_frames();
  bool take_reply();
  bool take_handshake_reply();
  void write_handshake();
  void become_ready();
  void lose(const std::string& reason, bool is_refusal);
  void dial_later(bool is_refusal);
  void expect_bytes(Duration within);
  void on_tick();
  void set_timer(TimePoint when, void (Connection::*task)());
  void stop_timer();
  void tell(EventKind kind, std::string_view text, Duration delay = {});

  IoThread& thread_;
  ConnectionOptions options_;
  ConnectionUser& user_;
  std::string node_;
  std::optional<Transport> transport_{};
  std::optional<Handshake> handshake_{};
  std::size_t handshake_sent_ = 0;
  resp::Reader reader_;
  LinkState state_ = LinkState::connecting;
  LinkIdentity identity_{};
  Hello hello_{};
  std::string last_error_{};
  TimePoint heard_at_{};
  TimePoint ready_at_{};
  Duration last_delay_{};
  std::uint32_t unanswered_pings_ = 0;
  bool is_heard_since_ping_ = true;
  bool is_last_tick_ = false;
  TimerId timer_{};
  // Posted tasks hold it weakly: they find out that the connection has gone, or is a later one.
  std::shared_ptr<std::uint64_t> epoch_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace nacre::redis
