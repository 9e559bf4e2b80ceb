#include "base/random.hpp"

#include <sys/random.h>

#include <cerrno>

#include "base/check.hpp"
#include "base/hash.hpp"
#include "base/stripe.hpp"
#include "nacre/error.hpp"

namespace nacre {
namespace {

// The golden ratio times 2^64, made odd: the step of SplitMix64's counter.
constexpr std::uint64_t golden_step = 0x9e3779b97f4a7c15U;

// Relaxed, because a draw orders nothing: only the atomicity of the step matters.
std::uint64_t split_mix(std::atomic<std::uint64_t>& state, std::uint64_t step) noexcept {
  return mix_bits(state.fetch_add(step, std::memory_order_relaxed) + step);
}

// The low and the high half of a 64 by 64 bit product.
struct Product {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

Product multiply(std::uint64_t left, std::uint64_t right) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(left) * right;
  return {.high = static_cast<std::uint64_t>(product >> 64),
          .low = static_cast<std::uint64_t>(product)};
}

}  // namespace

double uniform01(Random& random) noexcept {
  return static_cast<double>(random.next() >> 11) * 0x1.0p-53;
}

// Lemire, "Fast Random Integer Generation in an Interval", TOMACS 2019: a multiplication in place
// of a division; the few draws that would favour some results are drawn again.
std::uint64_t below(Random& random, std::uint64_t limit) noexcept {
  NACRE_CHECK(limit > 0);
  Product product = multiply(random.next(), limit);
  if (product.low < limit) {
    const std::uint64_t biased = (0 - limit) % limit;
    while (product.low < biased) product = multiply(random.next(), limit);
  }
  return product.high;
}

void fill_with_secret_bytes(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw Error(Errc::internal, "the kernel's random generator (getrandom) is not available");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

// A step of its own per stream keeps two streams from ever running through the same numbers.
struct alignas(cache_line_bytes) SystemRandom::Stream {
  std::atomic<std::uint64_t> state{0};
  std::uint64_t step = golden_step;
};

SystemRandom::SystemRandom() : streams_(std::make_unique<Stream[]>(stripe_count)) {
  for (std::size_t index = 0; index < stripe_count; ++index) {
    std::uint64_t seed[2] = {};
    fill_with_secret_bytes(std::as_writable_bytes(std::span(seed)));
    streams_[index].state.store(seed[0], std::memory_order_relaxed);
    streams_[index].step = seed[1] | 1U;
  }
}

SystemRandom::~SystemRandom() = default;

std::uint64_t SystemRandom::next() noexcept {
  Stream& stream = streams_[thread_stripe()];
  return split_mix(stream.state, stream.step);
}

std::uint64_t SeededRandom::next() noexcept {
  return split_mix(state_, golden_step);
}

}  // namespace nacre
