// Loads, changes and reads of the same few keys at once, in two processes of two links each.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/redis_server.hpp"
#include "unit/remote/remote_process.hpp"

namespace nacre::remote {
namespace {

constexpr int keys_count = 3;
constexpr int rounds_count = 150;

/// What a key is at the origin, and the oldest version that may be served of it.
struct Origin {
  std::atomic<int> version{1};
  std::atomic<int> floor{0};
};

class RacesTest : public testing::Test {
 protected:
  ProcessTerms terms() {
    ProcessTerms terms{.server = server_.address()};
    terms.options.lease = std::chrono::minutes(1);
    return terms;
  }

  static std::string name_of_key(int index) { return "k" + std::to_string(index); }

  void check(const SharedReply& reply, int floor) {
    if (reply.state == TierReply::State::found) check(reply.entry, floor);
  }
  void check(const Entry& entry, int floor) {
    if (std::stoi(std::string(entry.value.bytes())) < floor) ++stale_count_;
  }

  void read_and_load(RemoteProcess& process, unsigned seed) {
    SeededRandom random(seed);
    for (int round = 0; round < rounds_count; ++round) {
      const int index = static_cast<int>(below(random, keys_count));
      Origin& origin = origins_[static_cast<std::size_t>(index)];
      int floor = origin.floor;
      check(process.find(name_of_key(index)), floor);
      floor = origin.floor;
      ClaimReply reply = process.claim(name_of_key(index));
      if (reply.state == ClaimReply::State::found) check(reply.entry, floor);
      if (reply.state != ClaimReply::State::granted) continue;
      process.fill(*reply.claim, {.value = std::to_string(origin.version)});
    }
  }

  void change(RemoteProcess& process, unsigned seed) {
    SeededRandom random(seed);
    for (int round = 0; round < rounds_count; ++round) {
      const int index = static_cast<int>(below(random, keys_count));
      Origin& origin = origins_[static_cast<std::size_t>(index)];
      const int version = ++origin.version;
      if (!process.change_key(name_of_key(index))) ++failed_count_;
      int floor = origin.floor;
      while (floor < version && !origin.floor.compare_exchange_weak(floor, version)) {
      }
    }
  }

  test::RedisServer server_;
  std::array<Origin, keys_count> origins_{};
  std::atomic<int> stale_count_{0};
  std::atomic<int> failed_count_{0};
};

TEST_F(RacesTest, P1_nothing_older_than_an_invalidation_is_found_after_it) {
  RemoteProcess one(terms());
  RemoteProcess two(terms());
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 2; ++seed) {
    threads.emplace_back([this, &one, seed] { read_and_load(one, seed); });
    threads.emplace_back([this, &two, seed] { read_and_load(two, seed + 10); });
  }
  threads.emplace_back([this, &one] { change(one, 20); });
  threads.emplace_back([this, &two] { change(two, 21); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(stale_count_, 0);
  EXPECT_EQ(failed_count_, 0);
}

}  // namespace
}  // namespace nacre::remote
