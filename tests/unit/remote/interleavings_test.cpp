// All orders of two loads and one change of the origin: with leases none ends with the old value.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

#include "support/redis_server.hpp"
#include "unit/remote/remote_process.hpp"

namespace nacre::remote {
namespace {

constexpr char writer = '2';

/// Two readers of three steps each (ask, load, store) and a writer of two (change, invalidate).
class InterleavingsTest : public testing::Test {
 protected:
  ProcessTerms terms() {
    ProcessTerms terms{.server = server_.address()};
    terms.options.io_threads_count = 1;
    terms.options.lease = std::chrono::minutes(1);
    return terms;
  }

  /// Calls `run` with each order, written as whose step comes next.
  template <class Run>
  static int for_each_order(Run run) {
    std::string order = "00011122";
    int count = 0;
    do {
      run(order, "k" + std::to_string(count));
      ++count;
    } while (std::next_permutation(order.begin(), order.end()));
    return count;
  }

  test::RedisServer server_;
  std::array<RemoteProcess, 2> processes_{RemoteProcess(terms()), RemoteProcess(terms())};
};

/// One load with leases. A step that has to wait for the other's load is passed over.
class Load {
 public:
  Load(RemoteProcess& process, const std::string& key) : process_(process), key_(key) {}

  void step(const std::string& origin) {
    switch (step_count_++) {
      case 0:
        asked_ = process_.begin_claim(key_);
        // Answered behind the claim's batch: the claim is decided, or waits.
        process_.find(key_);
        return;
      case 1:
        take_claim();
        if (claim_) loaded_ = origin;
        return;
      default:
        if (loaded_) process_.fill(*claim_, {.value = *loaded_});
        claim_.reset();
    }
  }

  /// What had to wait goes on when nobody else is left.
  void finish(const std::string& origin) {
    if (asked_.valid() && asked_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      process_.find(key_);
    }
    if (!asked_.valid()) return;
    ClaimReply reply = RemoteProcess::get(std::move(asked_));
    if (reply.claim) process_.fill(*reply.claim, {.value = origin});
  }

 private:
  void take_claim() {
    if (asked_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
    claim_ = asked_.get().claim;
  }

  RemoteProcess& process_;
  const std::string key_;
  int step_count_ = 0;
  std::future<ClaimReply> asked_{};
  std::unique_ptr<Claim> claim_{};
  std::optional<std::string> loaded_{};
};

TEST_F(InterleavingsTest, P1_no_order_of_two_loads_and_a_change_ends_with_the_old_value) {
  const int count = for_each_order([this](const std::string& order, const std::string& key) {
    std::string origin = "old";
    bool is_changed = false;
    std::array<Load, 2> loads{Load(processes_[0], key), Load(processes_[1], key)};
    for (const char who : order) {
      if (who != writer) {
        loads[static_cast<std::size_t>(who - '0')].step(origin);
      } else if (!std::exchange(is_changed, true)) {
        origin = "new";
      } else {
        EXPECT_TRUE(processes_[0].change_key(key));
      }
    }
    for (Load& load : loads) load.finish(origin);
    EXPECT_NE(processes_[1].find_text(key), "old") << order;
  });
  EXPECT_EQ(count, 560);
}

TEST_F(InterleavingsTest, without_leases_some_orders_end_with_the_old_value) {
  int stale_count = 0;
  for_each_order([&](const std::string& order, const std::string& key) {
    const std::string name = "app:" + key;
    std::string origin = "old";
    bool is_changed = false;
    std::array<int, 2> step_counts{};
    std::array<bool, 2> is_missing{};
    std::array<std::string, 2> loaded{};
    for (const char who : order) {
      if (who == writer) {
        if (std::exchange(is_changed, true)) server_.ask({"DEL", name});
        origin = "new";
        continue;
      }
      const auto reader = static_cast<std::size_t>(who - '0');
      switch (step_counts[reader]++) {
        case 0:
          is_missing[reader] = server_.ask({"EXISTS", name}).number == 0;
          break;
        case 1:
          loaded[reader] = origin;
          break;
        default:
          if (is_missing[reader]) server_.ask({"SET", name, loaded[reader]});
      }
    }
    if (server_.ask({"GET", name}).text == "old") ++stale_count;
  });
  EXPECT_GT(stale_count, 0);
}

}  // namespace
}  // namespace nacre::remote
