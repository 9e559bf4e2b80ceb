#include "base/stripe.hpp"

#include <atomic>

namespace nacre::detail {

constinit thread_local std::uint32_t thread_stripe_plus_one
    __attribute__((tls_model("initial-exec"))) = 0;

std::size_t assign_thread_stripe() noexcept {
  // The one counter of the process: it deals out numbers that mean nothing, so that no state
  // is shared through it. Relaxed: it orders nothing.
  static constinit std::atomic<std::uint32_t> next_stripe{0};
  const std::uint32_t stripe = next_stripe.fetch_add(1, std::memory_order_relaxed) %
                               static_cast<std::uint32_t>(stripe_count);
  thread_stripe_plus_one = stripe + 1;
  return stripe;
}

}  // namespace nacre::detail
