// P1 and P5 under every order of what can cross: readers that load, and what invalidates.
//
// The origin holds a number. A writer changes it and then invalidates, as callers must. Whatever
// the order, a read that began after the invalidation had returned must bring the new number, and
// the cache must not hold an older one. The loader has a point in its middle, so that two loads of
// one key at a time would be seen.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/random.hpp"
#include "interleaving/ways.hpp"
#include "support/cache_fixture.hpp"
#include "support/interleaver.hpp"

namespace nacre {

void sequence_point(std::string_view) {
  test::Interleaver::yield();
}

namespace {

using namespace std::chrono_literals;
using test::CacheBench;
using test::contended_key;
using test::Interleaver;
using test::tagged;
using test::Way;
using test::ways;

/// The world of one schedule.
class World {
 public:
  World() : bench_({.defaults = {.ttl = 60s, .ttl_jitter = 0.0}}) {}

  /// Reads through; its result is judged by what had been invalidated when it began.
  std::function<void()> reader(bool has_late_tags = false) {
    return [this, has_late_tags] {
      const int least = invalidated_;
      bench_.cache.async().get_or_load<int>(
          contended_key,
          [this, has_late_tags](const LoadContext&, const LoadCompletion<int>& completion) {
            if (++loads_running_ > 1) fault_ = "two loads of one key at a time";
            const int seen = origin_;
            NACRE_SEQUENCE_POINT("loader.middle");
            --loads_running_;
            completion.complete(Loaded<int>::value(seen, has_late_tags ? tagged : Options{}));
          },
          has_late_tags ? Options{} : tagged,
          [this, least](const Outcome<Lookup<int>>& outcome) {
            ++answers_;
            if (!outcome) {
              fault_ = "a read failed";
            } else if (*outcome.value() < least) {
              fault_ = "a read that began after an invalidation brought the old value";
            }
          });
      ++reads_;
    };
  }

  /// Changes the origin, then invalidates. What a direct write stores is what the origin holds when
  /// it is made: one that stores something older is the caller's own doing.
  std::function<void()> writer(void (*invalidate)(const Cache&, int)) {
    return [this, invalidate] {
      const int next = ++origin_;
      NACRE_SEQUENCE_POINT("origin.changed");
      invalidate(bench_.cache, origin_);
      invalidated_ = std::max(invalidated_, next);
    };
  }

  /// What went wrong, or nullptr.
  const char* fault() {
    if (fault_ == nullptr && answers_ != reads_) fault_ = "a reader was left without an answer";
    const auto kept = bench_.cache.get<int>(contended_key);
    if (fault_ == nullptr && kept && *kept < invalidated_) fault_ = "the cache kept the old value";
    return fault_;
  }

 private:
  CacheBench bench_;
  int origin_ = 0;
  int invalidated_ = 0;
  int loads_running_ = 0;
  int reads_ = 0;
  int answers_ = 0;
  const char* fault_ = nullptr;
};

class EveryWay : public testing::TestWithParam<std::size_t> {
 protected:
  void check(const std::function<void(World&, Interleaver&, const test::Chooser&)>& run,
             const test::Chooser& choose) {
    World world;
    run(world, lanes_, choose);
    ++schedules_;
    if (const char* fault = world.fault()) {
      ++violations_;
      if (violations_ == 1) ADD_FAILURE() << fault << " in schedule " << schedules_;
    }
  }

  static const Way& way() { return ways[GetParam()]; }

  Interleaver lanes_{4};
  std::uint64_t schedules_ = 0;
  std::uint64_t violations_ = 0;
};

TEST_P(EveryWay, P1_P5_all_orders_of_a_reader_and_a_writer) {
  for (const bool has_late_tags : {false, true}) {
    test::ScheduleList list;
    do {
      check(
          [&](World& world, Interleaver& lanes, const test::Chooser& choose) {
            lanes.run({world.reader(has_late_tags), world.writer(way().invalidate)}, choose);
          },
          [&list](std::size_t count) { return list.choose(count); });
    } while (list.advance());
  }
  EXPECT_GT(schedules_, 50u);
  EXPECT_EQ(violations_, 0u) << "of " << schedules_;
  RecordProperty("schedules", static_cast<int>(schedules_));
}

TEST_P(EveryWay, P1_P5_many_orders_of_two_readers_and_two_writers) {
  const bool is_soak = std::getenv("NACRE_SOAK") != nullptr;
  const std::uint64_t wanted = is_soak ? 100'000 : 15'000;
  SeededRandom random(20'261'121);
  const auto choose = [&random](std::size_t count) { return below(random, count); };
  while (schedules_ < wanted) {
    const bool has_late_tags = schedules_ % 2 == 1;
    check(
        [&](World& world, Interleaver& lanes, const test::Chooser& chooser) {
          const Way& other = ways[below(random, std::size(ways))];
          lanes.run({world.reader(has_late_tags), world.reader(), world.writer(way().invalidate),
                     world.writer(other.invalidate)},
                    chooser);
        },
        choose);
  }
  EXPECT_EQ(violations_, 0u) << "of " << schedules_;
  RecordProperty("schedules", static_cast<int>(schedules_));
}

INSTANTIATE_TEST_SUITE_P(Every, EveryWay, testing::Range(std::size_t{0}, std::size(ways)),
                         [](const auto& index) { return std::string(ways[index.param].name); });

}  // namespace
}  // namespace nacre
