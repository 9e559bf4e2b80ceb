#include "support/port_block.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <list>
#include <mutex>
#include <stdexcept>
#include <string>

namespace nacre::test {
namespace {

constexpr std::uint16_t lowest_port = 10000;
constexpr std::uint16_t block_size = 100;
constexpr std::uint16_t block_count = 220;  // up to 32000: the kernel's own range begins at 32768

const char* const lock_folder = "/tmp/nacre-test-ports";

/// An open file with the lock on block `index`, or -1 when another program has it.
int try_lock(std::uint16_t index) {
  ::mkdir(lock_folder, 0777);
  const std::string name = lock_folder + std::string("/") + std::to_string(index);
  const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file >= 0 && ::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return -1;
  }
  return file;
}

bool can_listen(std::uint16_t port) {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  const int yes = 1;
  ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const bool is_free =
      ::bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      ::listen(probe, 1) == 0;
  ::close(probe);
  return is_free;
}

}  // namespace

PortBlock::PortBlock() {
  const auto start = static_cast<std::uint16_t>(::getpid() % block_count);
  for (std::uint16_t step = 0; step < block_count && lock_ < 0; ++step) {
    const auto index = static_cast<std::uint16_t>((start + step) % block_count);
    lock_ = try_lock(index);
    first_ = static_cast<std::uint16_t>(lowest_port + index * block_size);
  }
  if (lock_ < 0) throw std::runtime_error("no free block of ports");
}

PortBlock::~PortBlock() {
  ::close(lock_);
}

std::uint16_t PortBlock::next() {
  while (given_count_ < block_size) {
    const auto port = static_cast<std::uint16_t>(first_ + given_count_++);
    if (can_listen(port)) return port;
  }
  throw std::runtime_error("all ports of the block are given away");
}

std::uint16_t take_port() {
  static std::mutex mutex;
  static std::list<PortBlock> blocks;
  const std::scoped_lock lock(mutex);
  for (;;) {
    if (blocks.empty()) blocks.emplace_back();
    try {
      return blocks.back().next();
    } catch (const std::runtime_error&) {
      blocks.emplace_back();  // throws when there is no further block
    }
  }
}

}  // namespace nacre::test
