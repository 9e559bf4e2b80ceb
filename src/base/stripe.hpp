// A small number for the calling thread, so that threads that count do not write the same cache
// line.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nacre {

/// What two writers must keep apart not to slow each other down. 64 bytes on x86-64 and most ARM.
inline constexpr std::size_t cache_line_bytes = 64;

/// How many stripes there are: a power of two, enough for the cores of ordinary servers. More
/// threads than stripes share them, which costs time (15 ns in place of 5) and nothing else.
inline constexpr std::size_t stripe_count = 16;

namespace detail {

// 0 until the thread asked for the first time, then its stripe + 1. The TLS model saves the call of
// __tls_get_addr in the shared library; the loader keeps room for 4 bytes even under dlopen.
extern constinit thread_local std::uint32_t thread_stripe_plus_one
    __attribute__((tls_model("initial-exec")));

std::size_t assign_thread_stripe() noexcept;

}  // namespace detail

/// The stripe of the calling thread, below stripe_count; the same for the thread's whole life.
/// Threads get stripes in turn, so that a few threads never share one. Under 1 ns.
inline std::size_t thread_stripe() noexcept {
  const std::uint32_t assigned = detail::thread_stripe_plus_one;
  if (assigned != 0) [[likely]] {
    return assigned - 1;
  }
  return detail::assign_thread_stripe();
}

}  // namespace nacre
