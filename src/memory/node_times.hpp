// Reading and writing the times of a node.
#pragma once

#include <algorithm>

#include "memory/coded_times.hpp"
#include "memory/node.hpp"
#include "memory/timer_wheel.hpp"
#include "tier/entry.hpp"

namespace nacre::memory {

inline void set_lifetime(Node& node, const TimeScale& scale, const Lifetime& lifetime) noexcept {
  node.fresh_until = scale.encode(lifetime.fresh_until);
  node.lifetime = encode_lifetime(scale.point_at(node.fresh_until) - lifetime.loaded_at);
  node.stale_while_revalidate = encode_window(lifetime.stale_while_revalidate);
  node.stale_if_error = encode_window(lifetime.stale_if_error);
}

inline Lifetime lifetime_of(const Node& node, const TimeScale& scale) noexcept {
  return {.loaded_at = scale.point_at(node.fresh_until) - decode_lifetime(node.lifetime),
          .fresh_until = scale.decode(node.fresh_until),
          .stale_while_revalidate = decode_window(node.stale_while_revalidate),
          .stale_if_error = decode_window(node.stale_if_error)};
}

/// Makes a node stale from `now` on at the latest, and of use for errors only.
inline void set_expired(Node& node, const TimeScale& scale, TimePoint now) noexcept {
  Lifetime lifetime = lifetime_of(node, scale);
  lifetime.fresh_until = std::min(lifetime.fresh_until, now);
  lifetime.stale_while_revalidate = Duration::zero();
  set_lifetime(node, scale, lifetime);
}

/// The last tick that has begun at `now`.
inline Tick tick_at(const TimeScale& scale, TimePoint now) noexcept {
  constexpr CodedPoint steps_per_tick = tick_length / TimeScale::step;
  return scale.encode(now) / steps_per_tick;
}

/// When `tick` begins.
inline TimePoint begin_of(const TimeScale& scale, Tick tick) noexcept {
  constexpr CodedPoint steps_per_tick = tick_length / TimeScale::step;
  return scale.point_at(std::min(tick, TimeScale::never / steps_per_tick) * steps_per_tick);
}

/// The first tick at whose begin the node is of no more use; no_tick for never.
inline Tick end_tick_of(const Node& node) noexcept {
  constexpr CodedPoint steps_per_tick = tick_length / TimeScale::step;
  if (node.fresh_until == TimeScale::never) return no_tick;
  const Duration window =
      std::max(decode_window(node.stale_while_revalidate), decode_window(node.stale_if_error));
  const CodedPoint end = node.fresh_until + static_cast<CodedPoint>(window / TimeScale::step);
  return (end + steps_per_tick - 1) / steps_per_tick;
}

}  // namespace nacre::memory
