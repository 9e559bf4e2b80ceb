#include "cache/removal_events.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "nacre/cache.hpp"
#include "nacre/fake_clock.hpp"
#include "support/manual_executor.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::ManualExecutor;

class RemovalQueue : public testing::Test {
 protected:
  void make(RemovalListener listener = {}) {
    if (!listener) {
      listener = [this](const Removal& removal) {
        told_.push_back(std::string(removal.namespace_name) + "/" + std::string(removal.key) + " " +
                        std::string(name_of(removal.reason)));
      };
    }
    events_ = std::make_shared<RemovalEvents>(
        std::move(listener), executor_, namespaces_,
        Logger([this](const LogRecord& record) { logged_.emplace_back(record.event); }, clock_),
        dropped_);
  }
  void push(std::string key, RemovalReason reason = RemovalReason::removed, Value value = {}) {
    events_->push(
        {.space = space_, .key = std::move(key), .value = std::move(value), .reason = reason});
  }

  std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
  std::shared_ptr<ManualExecutor> executor_ = std::make_shared<ManualExecutor>(1);
  std::shared_ptr<Namespaces> namespaces_ = std::make_shared<Namespaces>();
  const detail::Namespace* space_ = &namespaces_->intern("app");
  StripedCounter dropped_;
  std::vector<std::string> told_;
  std::vector<std::string> logged_;
  std::shared_ptr<RemovalEvents> events_;
};

TEST_F(RemovalQueue, tells_on_the_executor_in_order_and_with_the_reason) {
  make();
  push("a", RemovalReason::expired);
  push("b", RemovalReason::replaced);
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(executor_->run_all(), 1u) << "one task for both";
  EXPECT_EQ(told_, (std::vector<std::string>{"app/a expired", "app/b replaced"}));
  push("c", RemovalReason::cleared);
  executor_->run_all();
  EXPECT_EQ(told_.back(), "app/c cleared");
}

TEST_F(RemovalQueue, waits_for_the_next_removal_when_the_executor_has_no_room) {
  make();
  ASSERT_TRUE(executor_->try_post([] {}));
  push("a");
  executor_->run_all();
  EXPECT_TRUE(told_.empty());
  push("b");
  executor_->run_all();
  EXPECT_EQ(told_, (std::vector<std::string>{"app/a removed", "app/b removed"}));
}

TEST_F(RemovalQueue, a_listener_that_throws_is_logged_and_called_again) {
  int calls = 0;
  make([&calls](const Removal&) {
    if (++calls == 1) throw std::runtime_error("boom");
    if (calls == 2) throw 7;
  });
  for (const char* key : {"a", "b", "c"}) push(key);
  executor_->run_all();
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(logged_, std::vector<std::string>(2, "removal_listener.threw"));
}

TEST_F(RemovalQueue, a_listener_may_cause_further_removals) {
  make([this](const Removal& removal) {
    told_.emplace_back(removal.key);
    if (told_.size() < 3) push("next");
  });
  push("first");
  executor_->run_all();
  EXPECT_EQ(told_, (std::vector<std::string>{"first", "next", "next"}));
}

TEST_F(RemovalQueue, P11_more_than_it_holds_are_dropped_and_counted) {
  make();
  for (std::size_t index = 0; index < RemovalEvents::max_queued + 5; ++index) push("k");
  EXPECT_EQ(dropped_.sum(), 5u);
  executor_->run_all();
  EXPECT_EQ(told_.size(), RemovalEvents::max_queued);
}

TEST_F(RemovalQueue, P11_more_bytes_than_it_holds_are_dropped_and_counted) {
  make();
  const Value large = Value::from_bytes(std::string(RemovalEvents::max_queued_bytes / 2, 'x'));
  push("a", RemovalReason::evicted, large);
  push("b", RemovalReason::evicted, large);
  EXPECT_EQ(dropped_.sum(), 1u);
  push("c");
  executor_->run_all();
  EXPECT_EQ(told_.size(), 2u);
  push("d", RemovalReason::evicted, large);
  EXPECT_EQ(dropped_.sum(), 1u) << "there is room again";
}

TEST_F(RemovalQueue, nobody_is_told_when_the_cache_has_gone) {
  make();
  push("a");
  events_.reset();
  executor_->run_all();
  EXPECT_TRUE(told_.empty());
}

TEST_F(RemovalQueue, the_cache_may_go_while_its_listener_runs) {
  make([this](const Removal& removal) {
    events_.reset();
    namespaces_.reset();
    told_.emplace_back(removal.namespace_name);
  });
  push("a");
  push("b");
  executor_->run_all();
  EXPECT_EQ(told_, (std::vector<std::string>{"app", "app"}));
}

TEST(RemovalListener, is_told_of_each_reason_by_a_cache) {
  const auto clock = std::make_shared<FakeClock>();
  const auto executor = std::make_shared<ManualExecutor>();
  std::vector<std::string> told;
  const Cache cache({.clock = clock, .executor = executor, .on_removal = [&](const Removal& gone) {
                       told.push_back(std::string(gone.key) + " " +
                                      std::string(name_of(gone.reason)));
                     }});
  cache.set("a", "1");
  cache.set("a", "2");
  cache.remove("a");
  executor->run_all();
  EXPECT_EQ(told, (std::vector<std::string>{"a replaced", "a removed"}));
}

}  // namespace
}  // namespace nacre
