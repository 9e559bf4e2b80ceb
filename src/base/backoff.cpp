#include "base/backoff.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace nacre {
namespace {

void check(const BackoffOptions& options) noexcept {
  NACRE_CHECK(options.initial > Duration::zero());
  NACRE_CHECK(options.max >= options.initial);
}

// Each of the whole nanoseconds from `low` to `high`, both included.
Duration between(Duration low, Duration high, Random& random) noexcept {
  const auto choices = static_cast<std::uint64_t>((high - low).count()) + 1;
  return low + Duration(static_cast<Duration::rep>(below(random, choices)));
}

}  // namespace

Duration doubling_delay(const BackoffOptions& options, std::uint32_t attempt) noexcept {
  check(options);
  // initial * 2^attempt <= max, without the overflow.
  if (attempt >= 63 || options.initial.count() > (options.max.count() >> attempt)) {
    return options.max;
  }
  return Duration(options.initial.count() << attempt);
}

Duration full_jitter_delay(const BackoffOptions& options, std::uint32_t attempt,
                           Random& random) noexcept {
  return between(Duration::zero(), doubling_delay(options, attempt), random);
}

Duration decorrelated_delay(const BackoffOptions& options, Duration previous,
                            Random& random) noexcept {
  check(options);
  const Duration from = std::clamp(previous, options.initial, options.max);
  const Duration tripled = from > options.max / 3 ? options.max : 3 * from;
  return between(options.initial, std::max(tripled, options.initial), random);
}

}  // namespace nacre
