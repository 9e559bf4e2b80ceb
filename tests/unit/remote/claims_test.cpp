// Who may load a key, who waits, and what becomes of a load that something has overtaken.
#include <gtest/gtest.h>

#include <atomic>

#include "nacre/fake_clock.hpp"
#include "remote/names.hpp"
#include "support/redis_ground.hpp"
#include "support/redis_server.hpp"
#include "unit/remote/remote_process.hpp"

namespace nacre::remote {
namespace {

using namespace std::chrono_literals;
using test::RedisServer;
using State = ClaimReply::State;

class ClaimsTest : public testing::TestWithParam<test::RedisKind> {
 protected:
  ProcessTerms terms(Duration lease = 5s) {
    ProcessTerms terms{.ground = &ground_};
    terms.options.io_threads_count = 1;
    terms.options.lease = lease;
    return terms;
  }

  /// Until two_ has asked and been told to wait: its tracked read of the lease is in the server.
  void await_waiting(std::future<ClaimReply>& waiting) {
    two_.find("behind the claim's batch");
    ASSERT_EQ(waiting.wait_for(0s), std::future_status::timeout);
  }

  long long exists(const std::string& name) { return ground_.ask({"EXISTS", name}).number; }

  test::RedisGround& ground_ = test::RedisGround::of(GetParam());
  RemoteProcess one_{terms(60s)};
  RemoteProcess two_{terms(60s)};
};

TEST_P(ClaimsTest, P5_grants_one_of_two_and_wakes_the_other_with_the_value) {
  ClaimReply claim = one_.claim("k");
  ASSERT_EQ(claim.state, State::granted);
  std::future<ClaimReply> waiting = two_.begin_claim("k");
  await_waiting(waiting);
  EXPECT_EQ(one_.fill(*claim.claim, {.value = "loaded"}).reply, StoreReply::stored);
  const ClaimReply reply = RemoteProcess::get(std::move(waiting));
  ASSERT_EQ(reply.state, State::found);
  EXPECT_EQ(reply.entry.value.bytes(), "loaded");
  EXPECT_TRUE(reply.may_copy);
}

TEST_P(ClaimsTest, finds_what_is_fresh_and_leaves_no_lease) {
  one_.load("k");
  EXPECT_EQ(two_.claim("k").state, State::found);
  test::await("released", [&] { return exists(lease_name("app", "k")) == 0; });
}

TEST_P(ClaimsTest, grants_what_is_stale) {
  one_.load("k", {.stale_if_error = 60s});
  one_.change_key("k", Severity::expire);
  EXPECT_EQ(two_.claim("k").state, State::granted);
}

TEST_P(ClaimsTest, P5_a_claim_that_is_dropped_goes_to_one_who_waits) {
  ClaimReply claim = one_.claim("k");
  std::future<ClaimReply> waiting = two_.begin_claim("k");
  await_waiting(waiting);
  claim.claim.reset();
  EXPECT_EQ(RemoteProcess::get(std::move(waiting)).state, State::granted);
}

TEST_P(ClaimsTest, P5_a_failure_is_shared_and_kept_for_its_back_off) {
  ClaimReply claim = one_.claim("k");
  std::future<ClaimReply> waiting = two_.begin_claim("k");
  await_waiting(waiting);
  claim.claim->fail(Error(Errc::load_timeout, "the origin is slow\nand odd"), 60s);
  const ClaimReply reply = RemoteProcess::get(std::move(waiting));
  ASSERT_EQ(reply.state, State::failed);
  EXPECT_EQ(reply.error->code(), Errc::load_timeout);
  EXPECT_EQ(reply.error->message(), "the origin is slow\nand odd");
  EXPECT_EQ(one_.claim("k").state, State::failed);
  EXPECT_EQ(one_.claim("k", {.is_reload = true}).state, State::failed);
  // An invalidation ends the back-off.
  EXPECT_TRUE(two_.change_key("k"));
  EXPECT_EQ(one_.claim("k").state, State::granted);
}

TEST_P(ClaimsTest, a_failure_of_another_kind_of_program_counts_as_a_failed_load) {
  ground_.ask({"SET", lease_name("app", "k"), "!no.such.code\nodd", "PX", "60000"});
  const ClaimReply reply = one_.claim("k");
  ASSERT_EQ(reply.state, State::failed);
  EXPECT_EQ(reply.error->code(), Errc::load_failed);
  EXPECT_EQ(reply.error->message(), "odd");
}

TEST_P(ClaimsTest, P5_a_leader_that_dies_is_followed_by_one_who_waits) {
  // Nobody renews it.
  ground_.ask({"SET", lease_name("app", "k"), "a token", "PX", "300"});
  EXPECT_EQ(two_.claim("k").state, State::granted);
}

TEST_P(ClaimsTest, a_claim_is_renewed_at_a_third_of_its_length_as_long_as_it_lives) {
  const auto clock = std::make_shared<FakeClock>();
  ProcessTerms fake = terms(60s);
  fake.clock = clock;
  RemoteProcess three(fake);
  ClaimReply claim = three.claim("k");
  const std::string lease = lease_name("app", "k");
  const auto is_renewed = [&] { return ground_.ask({"PTTL", lease}).number <= 60'000; };
  for (int round = 0; round < 3; ++round) {
    ground_.ask({"PEXPIRE", lease, "500000"});
    clock->advance(19s);
    ASSERT_FALSE(is_renewed());
    clock->advance(1s);
    test::await("renewed", is_renewed);
    // The renewal's own answer, after which the next one is due, came before this one's.
    three.find("behind it");
  }
  claim.claim.reset();
  test::await("released", [&] { return exists(lease) == 0; });
}

TEST_P(ClaimsTest, P1_a_lease_that_somebody_ends_is_told_though_there_is_no_value) {
  RemoteProcess three(terms(60s));
  const ClaimReply claim = three.claim("k");
  ground_.ask({"DEL", lease_name("app", "k")});
  test::await("the push", [&] { return three.copies.count("claim lost app k") == 1; });
}

TEST_P(ClaimsTest, P5_renewing_a_lease_is_no_change_of_its_key) {
  const auto clock = std::make_shared<FakeClock>();
  ProcessTerms fake = terms(60s);
  fake.clock = clock;
  RemoteProcess three(fake);
  const ClaimReply claim = three.claim("k");
  const auto left_ms = [&] { return ground_.ask({"PTTL", lease_name("app", "k")}).number; };
  ground_.ask({"PEXPIRE", lease_name("app", "k"), "30000"});
  clock->advance(20s);
  test::await("the renewal", [&] { return left_ms() > 30'000; });
  // What was told of it has come when this has.
  three.load("other");
  ground_.ask({"DEL", "app:other"});
  test::await("a later push", [&] { return three.copies.count("key app other") > 0; });
  EXPECT_EQ(three.copies.count("key app k"), 0U);
  EXPECT_EQ(three.copies.count("claim lost app k"), 0U);
}

TEST_P(ClaimsTest, waits_until_its_deadline_and_no_longer_than_its_caller) {
  const ClaimReply claim = one_.claim("k");
  EXPECT_EQ(two_.claim("k", {.deadline = Deadline::after(two_.clock(), 50ms)}).state,
            State::skipped);
  std::stop_source source;
  std::future<ClaimReply> waiting = two_.begin_claim("k", {.stop = source.get_token()});
  await_waiting(waiting);
  source.request_stop();
  EXPECT_EQ(RemoteProcess::get(std::move(waiting)).state, State::skipped);
  EXPECT_EQ(two_.claim("k", {.stop = source.get_token()}).state, State::skipped);
}

TEST_P(ClaimsTest, a_reload_waits_for_the_load_that_runs_and_begins_its_own) {
  one_.load("k", {.value = "old"});
  ClaimReply claim = one_.claim("k", {.is_reload = true});
  ASSERT_EQ(claim.state, State::granted);
  std::future<ClaimReply> waiting = two_.begin_claim("k", {.is_reload = true});
  await_waiting(waiting);
  EXPECT_EQ(one_.fill(*claim.claim, {.value = "new"}).reply, StoreReply::stored);
  ClaimReply second = RemoteProcess::get(std::move(waiting));
  ASSERT_EQ(second.state, State::granted);
  EXPECT_EQ(two_.fill(*second.claim, {.value = "newer"}).reply, StoreReply::stored);
  EXPECT_EQ(one_.find_text("k"), "newer");
}

TEST_P(ClaimsTest, P1_a_fill_after_an_invalidation_of_its_key_is_refused) {
  for (const Severity severity : {Severity::remove, Severity::expire}) {
    ClaimReply claim = one_.claim("k");
    ASSERT_EQ(claim.state, State::granted);
    EXPECT_TRUE(two_.change_key("k", severity));
    EXPECT_EQ(one_.fill(*claim.claim, {.value = "old"}).reply, StoreReply::outdated);
    EXPECT_EQ(two_.find_text("k"), "absent");
  }
}

TEST_P(ClaimsTest, P1_a_fill_after_a_removal_by_hand_is_refused) {
  ClaimReply claim = one_.claim("k");
  ground_.ask({"DEL", "app:k", lease_name("app", "k")});
  EXPECT_EQ(one_.fill(*claim.claim).reply, StoreReply::outdated);
  EXPECT_EQ(two_.find_text("k"), "absent");
}

TEST_P(ClaimsTest, P1_a_fill_after_an_invalidation_of_its_tag_is_never_served) {
  ClaimReply claim = one_.claim("k", {.tags = {"t"}});
  EXPECT_TRUE(two_.change_tags({"t"}));
  // Refused where the change was told already, and stored with the old mark where it was not.
  one_.fill(*claim.claim, {.value = "old", .tags = {"t"}});
  EXPECT_EQ(two_.find_text("k"), "absent");
  EXPECT_NE(one_.claim("k", {.tags = {"t"}}).state, State::found);
}

TEST_P(ClaimsTest, P1_a_fill_after_an_invalidation_of_its_tag_in_this_process_is_refused) {
  ClaimReply claim = one_.claim("k", {.tags = {"t"}});
  EXPECT_TRUE(one_.change_tags({"t"}));
  one_.find_text("other");
  one_.load("other", {.tags = {"t"}});  // the new mark is near
  EXPECT_EQ(one_.fill(*claim.claim, {.tags = {"t"}}).reply, StoreReply::outdated);
}

TEST_P(ClaimsTest, P1_a_fill_after_a_clear_is_never_served) {
  ClaimReply claim = one_.claim("k");
  EXPECT_TRUE(two_.change_space());
  one_.fill(*claim.claim, {.value = "old"});
  EXPECT_EQ(two_.find_text("k"), "absent");
  EXPECT_NE(one_.claim("k").state, State::found);
}

TEST_P(ClaimsTest, P1_a_write_ends_the_load_that_runs) {
  ClaimReply claim = one_.claim("k");
  EXPECT_EQ(two_.write("k", {.value = "written"}).reply, StoreReply::stored);
  EXPECT_EQ(one_.fill(*claim.claim, {.value = "old"}).reply, StoreReply::outdated);
  EXPECT_EQ(one_.find_text("k"), "written");
}

TEST_P(ClaimsTest, P1_a_fill_of_a_lease_that_went_to_another_is_refused) {
  ClaimReply claim = one_.claim("k");
  ground_.ask({"DEL", lease_name("app", "k")});
  ClaimReply second = two_.claim("k");
  ASSERT_EQ(second.state, State::granted);
  EXPECT_EQ(one_.fill(*claim.claim, {.value = "old"}).reply, StoreReply::outdated);
  EXPECT_EQ(two_.fill(*second.claim, {.value = "new"}).reply, StoreReply::stored);
  EXPECT_EQ(one_.find_text("k"), "new");
}

TEST_P(ClaimsTest, P1_a_swept_key_refuses_the_fill_of_a_load_that_began_before) {
  ClaimReply swept = one_.claim("user:1");
  ClaimReply other = one_.claim("item:1");
  EXPECT_TRUE(two_.sweep(
      {.literal_prefix = "user:", .matches = [](std::string_view, auto) { return true; }}));
  EXPECT_EQ(one_.fill(*swept.claim).reply, StoreReply::outdated);
  EXPECT_EQ(one_.fill(*other.claim).reply, StoreReply::stored);
}

TEST_P(ClaimsTest, a_tag_that_only_the_load_has_named_must_not_have_changed_since) {
  // Known to nobody: made by the fill.
  ClaimReply claim = one_.claim("a");
  EXPECT_EQ(one_.fill(*claim.claim, {.tags = {"new"}}).reply, StoreReply::stored);
  // Known near since before the claim.
  claim = one_.claim("b");
  EXPECT_EQ(one_.fill(*claim.claim, {.tags = {"new"}}).reply, StoreReply::stored);
  EXPECT_EQ(two_.find_text("b"), "v");
  // Known in the server, not here: it may have changed while it was loaded.
  two_.load("c", {.tags = {"theirs"}});
  claim = one_.claim("d");
  EXPECT_EQ(one_.fill(*claim.claim, {.tags = {"theirs"}}).reply, StoreReply::outdated);
  // The next load succeeds.
  claim = one_.claim("d");
  ASSERT_EQ(claim.state, State::granted);
  EXPECT_EQ(one_.fill(*claim.claim, {.tags = {"theirs"}}).reply, StoreReply::stored);
}

TEST_P(ClaimsTest, P1_a_tag_that_only_the_load_has_named_and_that_was_invalidated_is_outdated) {
  one_.load("a", {.tags = {"t"}});
  ClaimReply claim = one_.claim("b");
  EXPECT_TRUE(one_.change_tags({"t"}));
  EXPECT_EQ(one_.fill(*claim.claim, {.tags = {"t"}}).reply, StoreReply::outdated);
}

TEST_P(ClaimsTest, an_answered_claim_does_nothing_more) {
  ClaimReply claim = one_.claim("k");
  EXPECT_EQ(one_.fill(*claim.claim, {.value = "first"}).reply, StoreReply::stored);
  EXPECT_EQ(one_.fill(*claim.claim, {.value = "second"}).reply, StoreReply::skipped);
  claim.claim->fail(Error(Errc::load_failed, "late"), 60s);
  claim.claim.reset();
  EXPECT_EQ(two_.find_text("k"), "first");
  EXPECT_EQ(two_.claim("k").state, State::found);
}

TEST_P(ClaimsTest, P1_a_copy_of_what_was_stored_is_not_outdated_by_ones_own_push) {
  /// As the cache does it.
  class Touching final : public NearCopies {
   public:
    void on_key_changed(std::string_view, std::string_view) override {
      ++told_count;
      const RemoteProcess* const known = process;
      if (known != nullptr) known->marks().touch(known->key("k"));
    }
    void on_claim_lost(std::string_view, std::string_view) override {}
    void on_tag_changed(std::string_view, std::string_view) override {}
    void on_space_changed(std::string_view) override {}
    void on_unknown(TimePoint) override {}
    void on_connected() override {}
    std::atomic<int> told_count{0};
    std::atomic<const RemoteProcess*> process{nullptr};
  };
  Touching copies;
  ProcessTerms touched = terms();
  touched.copies = &copies;
  RemoteProcess three(touched);
  copies.process = &three;
  const auto count_now = [&three] { return three.marks().stamp_of(three.key("k")).stripe_count; };
  three.find("k");  // the link has read the key: what it stores is told to it
  const SharedStored filled = three.load("k", {.value = "mine"});
  ASSERT_TRUE(filled.may_copy);
  EXPECT_GE(copies.told_count, 1);
  EXPECT_EQ(filled.stripe_count, count_now());
  const SharedStored written = three.write("k", {.value = "mine too"});
  ASSERT_TRUE(written.may_copy);
  EXPECT_EQ(written.stripe_count, count_now());
  EXPECT_NE(written.stripe_count, filled.stripe_count);
  two_.write("k", {.value = "theirs"});
  test::await("told", [&] { return written.stripe_count != count_now(); });
  const SharedReply read = three.find("k");
  ASSERT_TRUE(read.may_copy);
  EXPECT_EQ(read.stripe_count, count_now());
}

TEST_P(ClaimsTest, P4_pushes_come_before_what_is_read_after_them) {
  for (int round = 0; round < 50; ++round) {
    const std::string value = std::to_string(round);
    ASSERT_EQ(two_.write("k", {.value = value, .tags = {"t"}}).reply, StoreReply::stored);
    ASSERT_EQ(one_.find_text("k"), value);
    one_.copies.clear();
    ASSERT_EQ(two_.write("k", {.value = "next", .tags = {"t"}}).reply, StoreReply::stored);
    ASSERT_EQ(one_.find_text("k"), "next");
    ASSERT_GE(one_.copies.count("key app k"), 1u) << "the reply overtook the push";
  }
}

TEST_P(ClaimsTest, P4_tells_of_tags_namespaces_and_everything) {
  one_.load("k", {.tags = {"t"}});
  one_.find("k");
  two_.change_tags({"t"});
  test::await("the tag", [&] { return one_.copies.count("tag app t") == 1; });
  two_.change_space();
  test::await("the namespace", [&] { return one_.copies.count("space app") == 1; });
  const std::size_t connected_count = one_.copies.count("connected");
  ground_.flush();
  test::await("everything", [&] { return one_.copies.count("unknown") == 1; });
  test::await("again", [&] { return one_.copies.count("connected") == connected_count + 1; });
  EXPECT_EQ(one_.find_text("k"), "absent");
  EXPECT_EQ(one_.load("k", {.tags = {"t"}}).reply, StoreReply::stored);
}

TEST_P(ClaimsTest, copies_nothing_where_changes_are_not_told) {
  RedisServer server({.settings = {"user default on nopass ~* &* +@all -client|tracking"}});
  ProcessTerms untold{.server = server.address(), .is_awaited = false};
  untold.options.io_threads_count = 1;
  RemoteProcess three(untold);
  RemoteProcess four(untold);
  for (RemoteProcess* const each : {&three, &four}) {
    test::await("a link", [&] { return each->find("k").state == TierReply::State::absent; });
  }
  const SharedStored stored = three.load("k");
  EXPECT_EQ(stored.reply, StoreReply::stored);
  EXPECT_FALSE(stored.may_copy);
  EXPECT_FALSE(three.find("k").may_copy);
  EXPECT_FALSE(three.tier().status().tells_changes);
  EXPECT_EQ(three.tier().status().state, SharedState::degraded);
  EXPECT_EQ(three.copies.count("connected"), 0u);
  // Who waits asks again, and again.
  ClaimReply claim = three.claim("other");
  std::future<ClaimReply> waiting = four.begin_claim("other");
  EXPECT_EQ(three.fill(*claim.claim, {.value = "v"}).reply, StoreReply::stored);
  EXPECT_EQ(RemoteProcess::get(std::move(waiting)).state, State::found);
}

INSTANTIATE_TEST_SUITE_P(Redis, ClaimsTest,
                         testing::ValuesIn(test::all_redis_kinds, test::all_redis_kinds + 2),
                         test::name_of_kind);

}  // namespace
}  // namespace nacre::remote
