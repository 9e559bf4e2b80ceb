#include "chaos/faults.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <utility>

#include "chaos/frame_splitter.hpp"

namespace nacre::chaos {
namespace {

std::vector<std::string> as_it_is(const SeenFrame& frame) {
  return {std::string(frame.bytes)};
}

/// `change` for the reply `index`, everything else as it is.
FrameEdit at(std::uint64_t index, FrameEdit change) {
  return [index, change = std::move(change)](const SeenFrame& frame) {
    const bool is_meant = frame.index == index && !is_push(frame.bytes);
    return is_meant ? change(frame) : as_it_is(frame);
  };
}

}  // namespace

FrameEdit drop_pushes() {
  return [](const SeenFrame& frame) {
    return is_push(frame.bytes) ? std::vector<std::string>{} : as_it_is(frame);
  };
}

FrameEdit drop_frame(std::uint64_t index) {
  return at(index, [](const SeenFrame&) { return std::vector<std::string>{}; });
}

FrameEdit duplicate_frame(std::uint64_t index) {
  return at(index, [](const SeenFrame& frame) {
    return std::vector<std::string>(2, std::string(frame.bytes));
  });
}

FrameEdit replace_frame(std::uint64_t index, std::string bytes) {
  return at(index, [bytes = std::move(bytes)](const SeenFrame&) { return std::vector{bytes}; });
}

FrameEdit inject_before(std::uint64_t index, std::string bytes) {
  return at(index, [bytes = std::move(bytes)](const SeenFrame& frame) {
    return std::vector{bytes, std::string(frame.bytes)};
  });
}

FrameEdit swap_with_next(std::uint64_t index) {
  const auto held = std::make_shared<std::map<std::uint64_t, std::string>>();
  return [index, held](const SeenFrame& frame) -> std::vector<std::string> {
    if (is_push(frame.bytes)) return as_it_is(frame);
    if (frame.index == index) {
      (*held)[frame.connection_index] = frame.bytes;
      return {};
    }
    const auto found = held->find(frame.connection_index);
    if (found == held->end()) return as_it_is(frame);
    std::vector<std::string> both{std::string(frame.bytes), std::move(found->second)};
    held->erase(found);
    return both;
  };
}

FrameEdit reorder(std::size_t window, std::uint64_t seed) {
  struct State {
    std::mt19937_64 random;
    std::map<std::uint64_t, std::vector<std::string>> held{};
  };
  const auto state = std::make_shared<State>(State{.random = std::mt19937_64(seed)});
  return [window, state](const SeenFrame& frame) -> std::vector<std::string> {
    if (is_push(frame.bytes)) return as_it_is(frame);
    std::vector<std::string>& held = state->held[frame.connection_index];
    held.emplace_back(frame.bytes);
    if (held.size() < window) return {};
    std::ranges::shuffle(held, state->random);
    return std::exchange(held, {});
  };
}

}  // namespace nacre::chaos
