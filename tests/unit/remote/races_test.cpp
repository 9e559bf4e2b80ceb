// Loads, changes and reads of the same few keys at once, in two processes of two links each.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
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

/// What a cache keeps near: a copy under the stripe count that came with it, until it is told.
class ModelCopies final : public NearCopies {
 public:
  /// Before the first read.
  void attach(const RemoteProcess& process, const Marks& marks) {
    process_ = &process;
    marks_ = &marks;
  }

  void keep(const std::string& key, int version, std::uint64_t stripe_count) {
    const std::lock_guard lock(mutex_);
    if (marks_->stamp_of(process_->key(key)).stripe_count != stripe_count) return;
    copies_[key] = version;
    ++kept_count_;
  }

  void drop(std::string_view key) {
    marks_->touch(process_->key(key));
    const std::lock_guard lock(mutex_);
    copies_.erase(std::string(key));
  }

  /// 0: there is none.
  int version_of(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = copies_.find(key);
    return found == copies_.end() ? 0 : found->second;
  }
  int kept_count() const {
    const std::lock_guard lock(mutex_);
    return kept_count_;
  }

  void on_key_changed(std::string_view /*space*/, std::string_view key) override { drop(key); }
  void on_claim_lost(std::string_view /*space*/, std::string_view key) override {
    marks_->touch(process_->key(key));
  }
  void on_tag_changed(std::string_view /*space*/, std::string_view /*tag*/) override {}
  void on_space_changed(std::string_view /*space*/) override {}
  void on_unknown(TimePoint /*cut_at*/) override {}
  void on_connected() override {}

 private:
  const RemoteProcess* process_ = nullptr;
  const Marks* marks_ = nullptr;
  mutable std::mutex mutex_;
  std::map<std::string, int> copies_;
  int kept_count_ = 0;
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
    if (version_in(entry) < floor) ++stale_count_;
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

  void copy_and_load(RemoteProcess& process, ModelCopies& copies, unsigned seed) {
    SeededRandom random(seed);
    for (int round = 0; round < rounds_count; ++round) {
      const std::string key = name_of_key(static_cast<int>(below(random, keys_count)));
      const SharedReply found = process.find(key);
      if (found.may_copy) copies.keep(key, version_in(found.entry), found.stripe_count);
      ClaimReply reply = process.claim(key);
      if (reply.may_copy) copies.keep(key, version_in(reply.entry), reply.stripe_count);
      if (reply.state != ClaimReply::State::granted) continue;
      const int version = origin_of(key).version;
      const SharedStored stored = process.fill(*reply.claim, {.value = std::to_string(version)});
      if (stored.may_copy) copies.keep(key, version, stored.stripe_count);
    }
  }

  static int version_in(const Entry& entry) { return std::stoi(std::string(entry.value.bytes())); }
  Origin& origin_of(const std::string& key) {
    return origins_[static_cast<std::size_t>(key.back() - '0')];
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

TEST_F(RacesTest, P4_no_copy_outlives_the_change_that_it_is_told_of) {
  std::array<ModelCopies, 2> copies;
  ProcessTerms first = terms();
  first.copies = copies.data();
  ProcessTerms second = terms();
  second.copies = &copies[1];
  RemoteProcess one(first);
  RemoteProcess two(second);
  copies[0].attach(one, one.marks());
  copies[1].attach(two, two.marks());
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 2; ++seed) {
    threads.emplace_back([&, seed] { copy_and_load(one, copies[0], seed); });
    threads.emplace_back([&, seed] { copy_and_load(two, copies[1], seed + 10); });
  }
  // A third process, so that the two hear of every change from the server only.
  RemoteProcess three(terms());
  threads.emplace_back([&] { change(three, 20); });
  threads.emplace_back([&] { change(three, 21); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(copies[0].kept_count(), 0);
  EXPECT_GT(copies[1].kept_count(), 0);
  for (int index = 0; index < keys_count; ++index) {
    const std::string key = name_of_key(index);
    for (const ModelCopies& each : copies) {
      test::await("every copy that is left is new", [&] {
        const int version = each.version_of(key);
        return version == 0 || version >= origin_of(key).floor;
      });
    }
  }
}

}  // namespace
}  // namespace nacre::remote
