// A hundred free ports on the loopback interface, kept from all other test programs.
#pragma once

#include <cstdint>

namespace nacre::test {

/// Takes a block below the range from which the kernel picks ports for outgoing connections, so
/// that no connection of anybody can occupy one between the choice and the server's bind. A lock
/// file keeps the block from other programs that use this class, until the destructor or the end
/// of the process. Throws std::runtime_error when every block is taken.
class PortBlock {
 public:
  PortBlock();
  ~PortBlock();
  PortBlock(const PortBlock&) = delete;
  PortBlock& operator=(const PortBlock&) = delete;

  /// The next port of the block that nobody listens on. Throws when all hundred are given away.
  std::uint16_t next();

 private:
  int lock_ = -1;
  std::uint16_t first_ = 0;
  std::uint16_t given_count_ = 0;
};

/// The next port of a block that lives as long as this process. Thread safe.
std::uint16_t take_port();

}  // namespace nacre::test
