// P1 and P5 for a fleet, under many orders of what can cross between two processes that share a
// tier: readers that load, readers that only look, and what invalidates.
//
// The fake tier tells its changes as it makes them, so there is no coherence lag: a read that began
// after an invalidation had returned, in whichever process, must bring the new number.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/random.hpp"
#include "interleaving/ways.hpp"
#include "support/interleaver.hpp"
#include "support/shared_fleet.hpp"

namespace nacre {

void sequence_point(std::string_view) {
  test::Interleaver::yield();
}

namespace {

using namespace std::chrono_literals;
using test::contended_key;
using test::Fleet;
using test::Interleaver;
using test::tagged;
using test::Way;
using test::ways;

/// The world of one schedule.
class World {
 public:
  World() : fleet_(2, {.defaults = {.ttl = 60s, .ttl_jitter = 0.0}}) {}

  std::function<void()> reader(std::size_t process, bool has_late_tags) {
    return [this, process, has_late_tags] {
      const int least = invalidated_;
      ++reads_;
      fleet_.cache(process).async().get_or_load<int>(
          contended_key,
          [this, process, has_late_tags](const LoadContext&,
                                         const LoadCompletion<int>& completion) {
            // An invalidation ends the claim: a load that it has outdated does not keep the others.
            int& running = loads_running_.at(process);
            if (++running > 1) fault_ = "two loads of one key at a time in one process";
            const int seen = origin_;
            NACRE_SEQUENCE_POINT("loader.middle");
            --running;
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
    };
  }

  std::function<void()> looker(std::size_t process) {
    return [this, process] {
      const int least = invalidated_;
      const auto found = fleet_.cache(process).get<int>(contended_key);
      if (found && *found < least) fault_ = "a look after an invalidation found the old value";
    };
  }

  std::function<void()> writer(std::size_t process, void (*invalidate)(const Cache&, int)) {
    return [this, process, invalidate] {
      const int next = ++origin_;
      NACRE_SEQUENCE_POINT("origin.changed");
      invalidate(fleet_.cache(process), origin_);
      invalidated_ = std::max(invalidated_, next);
    };
  }

  /// What went wrong, or nullptr.
  const char* fault() {
    if (fault_ == nullptr && answers_ != reads_) fault_ = "a reader was left without an answer";
    if (fault_ == nullptr && fleet_.server.claims_out() != 0) fault_ = "a claim was left behind";
    for (std::size_t process = 0; process < 2; ++process) {
      const auto kept = fleet_.cache(process).get<int>(contended_key);
      if (fault_ == nullptr && kept && *kept < invalidated_) fault_ = "the old value was kept";
    }
    return fault_;
  }

 private:
  Fleet fleet_;
  int origin_ = 0;
  int invalidated_ = 0;
  std::array<int, 2> loads_running_{};
  int reads_ = 0;
  int answers_ = 0;
  const char* fault_ = nullptr;
};

class EveryFleetWay : public testing::TestWithParam<std::size_t> {
 protected:
  void check(const std::function<std::vector<std::function<void()>>(World&)>& operations,
             const test::Chooser& choose) {
    World world;
    lanes_.run(operations(world), choose);
    ++schedules_;
    if (const char* fault = world.fault()) {
      ++violations_;
      if (violations_ == 1) ADD_FAILURE() << fault << " in schedule " << schedules_;
    }
  }

  static const Way& way() { return ways[GetParam()]; }

  Interleaver lanes_{5};
  std::uint64_t schedules_ = 0;
  std::uint64_t violations_ = 0;
};

TEST_P(EveryFleetWay, P1_P5_all_orders_of_a_reader_and_a_writer_of_another_process) {
  for (const bool has_late_tags : {false, true}) {
    test::ScheduleList list;
    do {
      check(
          [&](World& world) {
            return std::vector{world.reader(0, has_late_tags), world.writer(1, way().invalidate)};
          },
          [&list](std::size_t count) { return list.choose(count); });
    } while (list.advance());
  }
  EXPECT_GT(schedules_, 20u);
  EXPECT_EQ(violations_, 0u) << "of " << schedules_;
}

TEST_P(EveryFleetWay, P1_P5_many_orders_of_readers_and_writers_of_two_processes) {
  const bool is_soak = std::getenv("NACRE_SOAK") != nullptr;
  const std::uint64_t wanted = is_soak ? 20'000 : 300;
  SeededRandom random(20'261'126);
  const auto choose = [&random](std::size_t count) { return below(random, count); };
  while (schedules_ < wanted) {
    const bool has_late_tags = schedules_ % 2 == 1;
    check(
        [&](World& world) {
          const Way& other = ways[below(random, std::size(ways))];
          return std::vector{world.reader(0, has_late_tags), world.reader(1, has_late_tags),
                             world.looker(schedules_ % 3 == 0 ? 0 : 1),
                             world.writer(0, way().invalidate), world.writer(1, other.invalidate)};
        },
        choose);
  }
  EXPECT_EQ(violations_, 0u) << "of " << schedules_;
}

INSTANTIATE_TEST_SUITE_P(Every, EveryFleetWay, testing::Range(std::size_t{0}, std::size(ways)),
                         [](const auto& index) { return std::string(ways[index.param].name); });

}  // namespace
}  // namespace nacre
