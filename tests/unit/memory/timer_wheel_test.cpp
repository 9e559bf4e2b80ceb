#include "memory/timer_wheel.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <vector>

#include "base/random.hpp"

namespace nacre::memory {
namespace {

/// A wheel with nodes whose ends stand in a map.
struct Wheel {
  Slab slab{std::size_t{16} << 20};
  TimerWheel wheel{slab};
  std::map<Ref, Tick> ends;

  Ref add(Tick due) {
    const Ref ref = slab.allocate(sizeof(Node) + 8);
    Node::create(slab.at(ref), "k", false);
    ends[ref] = due;
    wheel.add(ref, due);
    return ref;
  }
  std::vector<Ref> advance(Tick now, std::size_t budget = 1'000'000) {
    std::vector<Ref> expired;
    wheel.advance(
        now, budget, [this](Ref ref) { return ends.at(ref); },
        [&expired](Ref ref) { expired.push_back(ref); });
    return expired;
  }
};

TEST(TimerWheel, expires_at_the_tick_and_not_before) {
  for (const Tick due : {Tick{1}, Tick{63}, Tick{64}, Tick{65}, Tick{4'096}, Tick{300'000},
                         Tick{5'000'000'000}, Tick{1} << 35}) {
    Wheel wheel;
    const Ref ref = wheel.add(due);
    EXPECT_TRUE(wheel.advance(due - 1).empty()) << due;
    EXPECT_EQ(wheel.advance(due), std::vector<Ref>{ref}) << due;
    EXPECT_EQ(wheel.wheel.count(), 0u);
    EXPECT_EQ(wheel.wheel.next_tick(), no_tick);
  }
}

TEST(TimerWheel, next_tick_is_never_after_the_first_end) {
  Wheel wheel;
  wheel.add(1'000);
  EXPECT_LE(wheel.wheel.next_tick(), 1'000u);
  wheel.advance(999);
  EXPECT_EQ(wheel.wheel.next_tick(), 1'000u);
}

TEST(TimerWheel, a_removed_node_does_not_come_out) {
  Wheel wheel;
  const Ref first = wheel.add(10);
  const Ref second = wheel.add(10);
  const Ref third = wheel.add(10);
  wheel.wheel.remove(second);
  wheel.wheel.remove(second);
  EXPECT_EQ(wheel.advance(10), (std::vector<Ref>{third, first}));
}

TEST(TimerWheel, a_spent_budget_leaves_the_rest_due) {
  Wheel wheel;
  for (int number = 0; number < 100; ++number) wheel.add(5'000);
  EXPECT_TRUE(wheel.advance(5'000, 30).empty());
  EXPECT_LE(wheel.wheel.next_tick(), 5'000u);
  std::size_t expired = 0;
  for (int round = 0; round < 20; ++round) expired += wheel.advance(5'000, 30).size();
  EXPECT_EQ(expired, 100u);
}

RC_GTEST_PROP(TimerWheel, each_node_comes_out_in_the_advance_that_reaches_its_end, ()) {
  Wheel wheel;
  SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
  Tick now = 0;
  std::map<Ref, Tick> filed;
  for (int round = 0; round < 300; ++round) {
    for (std::uint64_t count = below(random, 4); count > 0; --count) {
      const Tick due = now + below(random, Tick{1} << below(random, 20));
      filed[wheel.add(due)] = due;
    }
    if (!filed.empty() && below(random, 3) == 0) {
      const auto moved = filed.begin();
      wheel.wheel.remove(moved->first);
      moved->second = wheel.ends[moved->first] = now + below(random, 10'000);
      wheel.wheel.add(moved->first, moved->second);
    }
    now += below(random, Tick{1} << below(random, 14));
    for (const Ref ref : wheel.advance(now)) {
      RC_ASSERT(filed.at(ref) <= now);
      filed.erase(ref);
    }
    for (const auto& [ref, due] : filed) RC_ASSERT(due > now);
  }
}

}  // namespace
}  // namespace nacre::memory
