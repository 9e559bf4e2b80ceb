// A byte stream to a server: TCP, a Unix socket, or TLS over TCP.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "redis/settings.hpp"
#include "redis/tls.hpp"

namespace boost::asio {
class io_context;
}

namespace nacre::redis {

/// Who is told what happens on a Transport. On the loop thread, never inside a call of it, and not
/// after close().
class TransportListener {
 public:
  virtual ~TransportListener() = default;

  /// `trouble` is empty when the stream is open, TLS handshake included.
  virtual void on_opened(const std::string& trouble) = 0;

  /// Where the next bytes are to be put; stays valid until on_received().
  virtual std::span<char> receive_room() = 0;
  virtual void on_received(std::size_t size) = 0;

  /// Bytes that write_some() did not take may be taken now.
  virtual void on_writable() = 0;

  /// The peer has closed or the stream is broken; nothing more comes.
  virtual void on_broken(const std::string& trouble) = 0;
};

/// Loop thread only. Opened once. The destructor closes.
class Transport {
 public:
  /// `tls` is null for a plain stream. `context`, `address` and `listener` must outlive it.
  Transport(boost::asio::io_context& context, const Address& address,
            std::shared_ptr<const Tls> tls, TransportListener& listener);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  ~Transport();

  /// Looks the name up, tries its addresses one after the other, does the TLS handshake, and then
  /// receives. Has no time limit of its own.
  void open();

  /// Hands over the beginning of `bytes` and says how many were taken: with a plain stream those
  /// the socket takes now, in one system call. When fewer were taken, on_writable() follows.
  /// A broken stream takes all; on_broken() follows.
  std::size_t write_some(std::string_view bytes);

  void close() noexcept;

 private:
  struct Wire;
  std::shared_ptr<Wire> wire_;
};

}  // namespace nacre::redis
