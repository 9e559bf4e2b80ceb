// What becomes of reads, changes and near copies while the server cannot be reached, and after.
#include <gtest/gtest.h>

#include <optional>

#include "chaos/fault_proxy.hpp"
#include "remote/names.hpp"
#include "support/redis_server.hpp"
#include "unit/remote/remote_process.hpp"

namespace nacre::remote {
namespace {

using namespace std::chrono_literals;
using chaos::FaultProxy;
using test::RedisServer;

class OutageTest : public testing::Test {
 protected:
  /// By way of the proxy.
  ProcessTerms proxied() {
    ProcessTerms terms{.server = server_.address()};
    terms.server.port = proxy_.port();
    terms.options.io_threads_count = 2;
    return terms;
  }
  ProcessTerms direct() {
    ProcessTerms terms{.server = server_.address()};
    terms.options.io_threads_count = 1;
    return terms;
  }

  void cut() {
    proxy_.refuse();
    proxy_.reset_all();
    test::await("the cut is noticed", [&] { return !one_.tier().status().tells_changes; });
    test::await("down", [&] { return one_.tier().status().state == SharedState::down; });
  }

  /// Until the tier is left alone: what is asked for is answered at once.
  void open_breaker() {
    for (int index = 0; index < 10; ++index) change("unused" + std::to_string(index));
  }

  void mend() {
    proxy_.heal();
    one_.await_told();
  }

  static SharedSweep everything_of(const std::string& prefix) {
    return {.literal_prefix = prefix, .matches = [](std::string_view, auto) { return true; }};
  }

  Deadline shortly() { return Deadline::after(one_.clock(), 30ms); }

  bool change(const std::string& text, Severity severity = Severity::remove) {
    std::promise<bool> promise;
    one_.tier().change_key(one_.key(text), severity, shortly(),
                           [&promise](bool has_reached) { promise.set_value(has_reached); });
    return RemoteProcess::get(promise.get_future());
  }

  StoreReply write(const std::string& text, const EntryTerms& terms, bool is_strict = false) {
    std::promise<StoreReply> promise;
    one_.tier().write(one_.key(text), one_.entry(terms), shortly(), is_strict,
                      [&promise](SharedStored stored) { promise.set_value(stored.reply); });
    return RemoteProcess::get(promise.get_future());
  }

  RedisServer server_;
  FaultProxy proxy_{{.target_port = server_.port()}};
  RemoteProcess one_{proxied()};
  RemoteProcess two_{direct()};
};

TEST_F(OutageTest, P7_reads_are_skipped_while_the_server_is_away) {
  one_.load("k");
  cut();
  std::promise<TierReply::State> found;
  one_.tier().find(one_.key("k"), shortly(),
                   [&found](SharedReply reply) { found.set_value(reply.state); });
  EXPECT_EQ(RemoteProcess::get(found.get_future()), TierReply::State::skipped);
  EXPECT_EQ(one_.claim("k", {.tier_timeout = 30ms}).state, ClaimReply::State::skipped);
  mend();
  EXPECT_EQ(one_.find_text("k"), "v");
}

TEST_F(OutageTest, P7_is_asked_no_more_after_failures_in_a_row) {
  cut();
  open_breaker();
  // Answered at once: with a deadline far away nothing is waited for.
  EXPECT_EQ(one_.find_text("other"), "skipped");
  mend();
  EXPECT_EQ(one_.find_text("other"), "absent");
}

TEST_F(OutageTest, P7_nobody_waits_for_a_link_though_nothing_has_failed_yet) {
  one_.load("k");
  cut();
  // Inside the call: the deadline is far away, and the breaker has seen nothing.
  std::optional<TierReply::State> found;
  one_.tier().find(one_.key("k"), one_.soon(),
                   [&found](SharedReply reply) { found = reply.state; });
  EXPECT_EQ(found, TierReply::State::skipped);
  std::optional<bool> has_reached;
  one_.tier().change_key(one_.key("other"), Severity::remove, one_.soon(),
                         [&has_reached](bool reached) { has_reached = reached; });
  EXPECT_EQ(has_reached, false);
  mend();
  EXPECT_EQ(one_.find_text("k"), "v");
}

TEST_F(OutageTest, P7_changes_are_kept_and_repeated) {
  for (const std::string key : {"removed", "tagged", "expired", "stays"}) {
    one_.load(key, {.tags = {key}, .stale_if_error = 60s});
  }
  cut();
  EXPECT_FALSE(change("removed"));
  EXPECT_FALSE(change("expired", Severity::expire));
  std::promise<bool> tags;
  const std::vector<std::string> names{"tagged"};
  one_.tier().change_tags(one_.space(), names, Severity::remove, shortly(),
                          [&tags](bool has_reached) { tags.set_value(has_reached); });
  EXPECT_FALSE(RemoteProcess::get(tags.get_future()));
  EXPECT_EQ(one_.tier().status().pending_count, 3u);
  mend();
  EXPECT_EQ(one_.tier().status().pending_count, 0u);
  EXPECT_EQ(one_.find_text("removed"), "absent");
  EXPECT_EQ(one_.find_text("tagged"), "absent");
  EXPECT_EQ(one_.freshness("expired"), Freshness::on_error);
  EXPECT_EQ(one_.find_text("stays"), "v");
  EXPECT_EQ(two_.find_text("removed"), "absent");
}

TEST_F(OutageTest, P7_what_a_pending_change_concerns_is_skipped_and_nothing_else) {
  RedisServer server({.settings = {"user default on nopass ~* &* +@all -unlink"}});
  ProcessTerms terms = direct();
  terms.server = server.address();
  RemoteProcess three(terms);
  three.load("k");
  three.load("other");
  EXPECT_FALSE(three.change_key("k"));
  EXPECT_EQ(three.find_text("k"), "skipped");
  EXPECT_EQ(three.claim("k").state, ClaimReply::State::skipped);
  EXPECT_EQ(three.find_text("other"), "v");
  // What comes after waits behind it.
  EXPECT_EQ(three.write("k", {.value = "new"}).reply, StoreReply::skipped);
  server.ask({"ACL", "SETUSER", "default", "+unlink"});
  test::await("repeated", [&] { return three.tier().status().pending_count == 0; });
  EXPECT_EQ(three.find_text("k"), "new");
}

TEST_F(OutageTest, P7_a_kept_clear_and_sweep_are_repeated) {
  one_.load("user:1");
  one_.load("item:1");
  cut();
  open_breaker();
  EXPECT_FALSE(one_.sweep(everything_of("user:")));
  mend();
  EXPECT_EQ(two_.find_text("user:1"), "absent");
  EXPECT_EQ(two_.find_text("item:1"), "v");
  cut();
  std::promise<bool> cleared;
  one_.tier().change_space(one_.space(), Severity::remove, shortly(),
                           [&cleared](bool has_reached) { cleared.set_value(has_reached); });
  EXPECT_FALSE(RemoteProcess::get(cleared.get_future()));
  mend();
  test::await("cleared", [&] { return two_.find_text("item:1") == "absent"; });
}

TEST_F(OutageTest, P7_a_write_is_kept_and_a_strict_one_is_an_invalidation) {
  one_.write("kept", {.value = "old"});
  one_.write("strict", {.value = "old"});
  cut();
  EXPECT_EQ(write("kept", {.value = "new"}), StoreReply::skipped);
  EXPECT_EQ(write("strict", {.value = "new"}, true), StoreReply::skipped);
  mend();
  EXPECT_EQ(one_.find_text("kept"), "new");
  EXPECT_EQ(two_.find_text("kept"), "new");
  EXPECT_EQ(one_.find_text("strict"), "absent");
}

TEST_F(OutageTest, P1_a_kept_write_does_not_outlive_an_invalidation_of_its_tag_elsewhere) {
  one_.write("k", {.value = "old", .tags = {"t"}});
  cut();
  EXPECT_EQ(write("k", {.value = "new", .tags = {"t"}}), StoreReply::skipped);
  EXPECT_TRUE(two_.change_tags({"t"}));
  mend();
  EXPECT_EQ(one_.find_text("k"), "absent");
  EXPECT_EQ(two_.find_text("k"), "absent");
}

TEST_F(OutageTest, P1_the_newest_change_of_a_key_is_the_one_that_is_repeated) {
  one_.write("k", {.value = "old"});
  one_.write("w", {.value = "old"});
  cut();
  EXPECT_EQ(write("k", {.value = "new"}), StoreReply::skipped);
  EXPECT_FALSE(change("k"));
  EXPECT_FALSE(change("w"));
  EXPECT_EQ(write("w", {.value = "new"}), StoreReply::skipped);
  mend();
  EXPECT_EQ(one_.find_text("k"), "absent");
  EXPECT_EQ(one_.find_text("w"), "new");
}

TEST_F(OutageTest, P1_a_kept_write_does_not_outlive_a_sweep_that_came_after_it) {
  one_.write("user:1", {.value = "old"});
  cut();
  EXPECT_EQ(write("user:1", {.value = "new"}), StoreReply::skipped);
  open_breaker();
  EXPECT_FALSE(one_.sweep(everything_of("user:")));
  mend();
  EXPECT_EQ(one_.find_text("user:1"), "absent");
}

TEST_F(OutageTest, P7_too_many_changes_become_the_removal_of_the_namespace) {
  ProcessTerms terms = proxied();
  terms.options.max_pending = 3;
  RemoteProcess three(terms);
  three.load("k");
  cut();
  test::await("three has noticed",
              [&] { return three.tier().status().state == SharedState::down; });
  three.copies.clear();
  for (int index = 0; index < 4; ++index) {
    const std::string key = "x" + std::to_string(index);
    std::promise<bool> promise;
    three.tier().change_key(three.key(key), Severity::remove, shortly(),
                            [&promise](bool has_reached) { promise.set_value(has_reached); });
    EXPECT_FALSE(RemoteProcess::get(promise.get_future()));
  }
  EXPECT_GE(three.copies.count("unknown"), 1u);
  EXPECT_EQ(three.tier().status().dropped_count, 4u);
  proxy_.heal();
  three.await_told();
  EXPECT_EQ(three.find_text("k"), "absent");
}

TEST_F(OutageTest, P4_says_when_changes_may_have_been_missed_and_when_they_are_told_again) {
  one_.copies.clear();
  const TimePoint before = one_.now();
  one_.find_text("k");
  cut();
  const TimePoint after = one_.now();
  EXPECT_GE(one_.copies.count("unknown"), 1u);
  EXPECT_EQ(one_.copies.count("connected"), 0u);
  for (const TimePoint cut_at : one_.copies.cuts()) EXPECT_LE(cut_at, after);
  const std::size_t unknown_count = one_.copies.count("unknown");
  mend();
  const std::vector<std::string> lines = one_.copies.lines();
  ASSERT_GE(lines.size(), 2u);
  EXPECT_EQ(lines.back(), "connected");
  EXPECT_EQ(lines[lines.size() - 2], "unknown");
  EXPECT_GT(one_.copies.count("unknown"), unknown_count);
  EXPECT_GE(one_.copies.cuts().back(), before);
}

TEST_F(OutageTest, P7_repeats_what_a_server_that_starts_again_has_lost) {
  two_.load("removed");
  two_.load("stays");
  two_.load("tagged", {.tags = {"t"}});
  server_.ask({"SAVE"});
  EXPECT_TRUE(two_.change_key("removed"));
  EXPECT_TRUE(two_.change_tags({"t"}));
  server_.kill_now();
  test::await("noticed", [&] { return !two_.tier().status().tells_changes; });
  server_.restart();
  two_.await_told();
  EXPECT_EQ(two_.find_text("stays"), "v") << "the server has not read its snapshot";
  EXPECT_EQ(two_.find_text("removed"), "absent");
  EXPECT_EQ(two_.find_text("tagged"), "absent");
}

TEST_F(OutageTest, P7_shutting_down_waits_for_what_is_pending) {
  cut();
  EXPECT_FALSE(change("k"));
  proxy_.heal();
  EXPECT_TRUE(one_.tier().shutdown(Deadline::after(one_.clock(), 15s)));
  EXPECT_EQ(one_.tier().status().pending_count, 0u);
}

TEST_F(OutageTest, P7_shutting_down_says_when_something_was_lost) {
  cut();
  EXPECT_FALSE(change("k"));
  EXPECT_FALSE(one_.tier().shutdown(Deadline(TimePoint::min())));
}

}  // namespace
}  // namespace nacre::remote
