// What the remote tier stores, finds and forgets, against a real server.
#include "remote/remote_tier.hpp"

#include <gtest/gtest.h>

#include "remote/names.hpp"
#include "support/redis_ground.hpp"
#include "unit/remote/remote_process.hpp"

namespace nacre::remote {
namespace {

using namespace std::chrono_literals;

class RemoteTierTest : public testing::TestWithParam<test::RedisKind> {
 protected:
  ProcessTerms terms() {
    ProcessTerms terms{.ground = &ground_};
    terms.options.io_threads_count = 1;
    return terms;
  }

  test::RedisGround& ground_ = test::RedisGround::of(GetParam());
  RemoteProcess one_{terms()};
  RemoteProcess two_{terms()};
};

TEST_P(RemoteTierTest, finds_in_one_process_what_another_has_loaded) {
  EXPECT_EQ(two_.find_text("k"), "absent");
  const SharedStored stored = one_.load("k", {.value = "hello"});
  EXPECT_EQ(stored.reply, StoreReply::stored);
  EXPECT_TRUE(stored.may_copy);
  EXPECT_EQ(two_.find_text("k"), "hello");
}

TEST_P(RemoteTierTest, keeps_every_field_of_an_entry) {
  Entry entry = one_.entry(
      {.value = "{}", .ttl = 50s, .stale_while_revalidate = 20s, .stale_if_error = 100s});
  entry.value = Value::from_bytes("{}", Format::json);
  entry.lifetime.loaded_at -= 10s;
  entry.notes = NotesRef::make({.tags = {"a", "b"},
                                .tag_hashes = {hash_tag(one_.space(), "a", RemoteProcess::seed),
                                               hash_tag(one_.space(), "b", RemoteProcess::seed)},
                                .validators = {.etag = "\"e\"", .last_modified = "today"},
                                .sliding_ttl = 30s,
                                .max_ttl = 90s});
  ClaimReply claim = one_.claim("k", {.tags = {"a", "b"}});
  std::promise<SharedStored> filled;
  claim.claim->fill(entry, one_.soon(),
                    [&filled](SharedStored stored) { filled.set_value(stored); });
  ASSERT_EQ(RemoteProcess::get(filled.get_future()).reply, StoreReply::stored);

  const SharedReply reply = two_.find("k");
  ASSERT_EQ(reply.state, TierReply::State::found);
  EXPECT_EQ(reply.entry.value.bytes(), "{}");
  EXPECT_EQ(reply.entry.value.format(), Format::json);
  ASSERT_TRUE(reply.entry.notes);
  EXPECT_EQ(reply.entry.notes->tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(reply.entry.notes->tag_hashes, entry.notes->tag_hashes);
  EXPECT_EQ(reply.entry.notes->validators, entry.notes->validators);
  EXPECT_EQ(reply.entry.notes->sliding_ttl, 30s);
  EXPECT_EQ(reply.entry.notes->max_ttl, 90s);
  // Both tell time by one machine's clock here, so what travelled as durations can be compared as
  // points. What may be added is the way of the fill to the server, which its deadline bounds.
  const Lifetime& lifetime = reply.entry.lifetime;
  EXPECT_LE(lifetime.fresh_until, entry.lifetime.fresh_until + 10s);
  EXPECT_GE(lifetime.fresh_until - lifetime.loaded_at, 59s);
  EXPECT_LE(lifetime.fresh_until - lifetime.loaded_at, 60s);
  EXPECT_LE(lifetime.stale_while_revalidate, 20s);
  EXPECT_LE(lifetime.stale_if_error, 100s);
  EXPECT_GT(lifetime.stale_if_error, 99s);
}

TEST_P(RemoteTierTest, finds_a_negative_entry_and_one_with_no_bytes) {
  one_.load("gone", {.is_negative = true});
  one_.load("empty", {.value = ""});
  EXPECT_EQ(two_.find_text("gone"), "negative");
  EXPECT_EQ(two_.find_text("empty"), "");
}

TEST_P(RemoteTierTest, P6_takes_the_age_from_the_time_to_live_that_is_left) {
  one_.load("k", {.ttl = 100s});
  // As if it had been stored 60 s ago: the server alone knows.
  ground_.ask({"PEXPIRE", "app:k", "40000"});
  const SharedReply reply = two_.find("k");
  ASSERT_EQ(reply.state, TierReply::State::found);
  EXPECT_GE(age_of(reply.entry.lifetime, two_.now()), 59990ms);
  EXPECT_LE(reply.entry.lifetime.fresh_until, two_.now() + 40s);
}

TEST_P(RemoteTierTest, P6_keeps_a_value_as_long_as_it_may_be_served_stale) {
  one_.load("k", {.ttl = 1s, .stale_while_revalidate = 50s, .stale_if_error = 90s});
  const long long left = ground_.ask({"PTTL", "app:k"}).number;
  EXPECT_LE(left, 91'000);
  EXPECT_GT(left, 60'000);
  ground_.ask({"PEXPIRE", "app:k", "60000"});
  EXPECT_EQ(two_.freshness("k"), Freshness::revalidate);
  ground_.ask({"PEXPIRE", "app:k", "10000"});
  EXPECT_EQ(two_.freshness("k"), Freshness::on_error);
}

TEST_P(RemoteTierTest, P6_does_not_believe_in_a_value_without_an_end) {
  one_.load("k");
  ground_.ask({"PERSIST", "app:k"});
  EXPECT_EQ(two_.find_text("k"), "absent");
}

TEST_P(RemoteTierTest, drops_and_counts_what_is_not_what_was_stored) {
  one_.load("k", {.value = "hello"});
  ground_.ask({"SETRANGE", "app:k", "60", "\xff\xff\xff"});
  EXPECT_EQ(two_.find_text("k"), "absent");
  EXPECT_EQ(two_.tier().status().corrupt_count, 1u);
  test::await("dropped", [&] { return ground_.ask({"EXISTS", "app:k"}).number == 0; });
}

TEST_P(RemoteTierTest, takes_no_value_for_that_of_another_key) {
  one_.load("k", {.value = "secret"});
  ground_.ask({"COPY", "app:k", "app:other"});
  EXPECT_EQ(two_.find_text("other"), "absent");
  EXPECT_EQ(two_.find_text("k"), "secret");
}

TEST_P(RemoteTierTest, reads_the_values_of_other_programs_as_they_are) {
  ground_.ask({"SET", "app:k", "plain", "PX", "30000"});
  ground_.ask({"SET", "app:endless", "plain"});
  ground_.ask({"LPUSH", "app:list", "no value"});
  const SharedReply reply = one_.find("k");
  ASSERT_EQ(reply.state, TierReply::State::found);
  EXPECT_EQ(reply.entry.value.bytes(), "plain");
  EXPECT_EQ(reply.entry.value.format(), Format::raw);
  EXPECT_LE(reply.entry.lifetime.fresh_until, one_.now() + 30s);
  EXPECT_EQ(one_.find("endless").entry.lifetime.fresh_until, TimePoint::max());
  EXPECT_EQ(one_.find_text("list"), "absent");
  EXPECT_EQ(ground_.ask({"TYPE", "app:list"}).text, "list");
}

TEST_P(RemoteTierTest, finds_many_in_their_order) {
  one_.load("a", {.value = "1"});
  one_.load("c", {.value = "3", .tags = {"t"}});
  const std::vector<KeyView> keys{two_.key("c"), two_.key("b"), two_.key("a"), two_.key("c")};
  std::promise<std::vector<SharedReply>> promise;
  two_.tier().find_many(keys, two_.soon(), [&promise](std::vector<SharedReply> replies) {
    promise.set_value(std::move(replies));
  });
  const std::vector<SharedReply> replies = RemoteProcess::get(promise.get_future());
  ASSERT_EQ(replies.size(), 4u);
  EXPECT_EQ(replies[0].entry.value.bytes(), "3");
  EXPECT_EQ(replies[1].state, TierReply::State::absent);
  EXPECT_EQ(replies[2].entry.value.bytes(), "1");
  EXPECT_EQ(replies[3].entry.value.bytes(), "3");
}

TEST_P(RemoteTierTest, finds_more_than_a_link_queues) {
  one_.load("k9999", {.value = "last"});
  std::vector<std::string> names;
  for (int index = 0; index < 10'000; ++index) names.push_back("k" + std::to_string(index));
  std::vector<KeyView> keys;
  for (const std::string& name : names) keys.push_back(two_.key(name));
  std::promise<std::vector<SharedReply>> promise;
  two_.tier().find_many(
      keys, Deadline::after(two_.clock(), 30s),
      [&promise](std::vector<SharedReply> replies) { promise.set_value(std::move(replies)); });
  const std::vector<SharedReply> replies = RemoteProcess::get(promise.get_future());
  ASSERT_EQ(replies.size(), names.size());
  EXPECT_EQ(std::count_if(
                replies.begin(), replies.end(),
                [](const SharedReply& reply) { return reply.state == TierReply::State::absent; }),
            9'999);
  EXPECT_EQ(replies.back().entry.value.bytes(), "last");
}

TEST_P(RemoteTierTest, P2_a_removed_tag_takes_its_entries_with_it_everywhere) {
  one_.load("a", {.tags = {"t", "u"}});
  one_.load("b", {.tags = {"u"}});
  ASSERT_EQ(two_.find_text("a"), "v");
  ASSERT_EQ(two_.find_text("b"), "v");
  EXPECT_TRUE(one_.change_tags({"t"}));
  EXPECT_EQ(one_.find_text("a"), "absent");
  EXPECT_EQ(one_.find_text("b"), "v");
  test::await("told", [&] { return two_.find_text("a") == "absent"; });
  EXPECT_EQ(two_.find_text("b"), "v");
}

TEST_P(RemoteTierTest, P2_an_expired_tag_leaves_its_entries_for_errors) {
  one_.load("a", {.tags = {"t"}, .stale_while_revalidate = 60s, .stale_if_error = 60s});
  EXPECT_TRUE(one_.change_tags({"t"}, Severity::expire));
  EXPECT_EQ(one_.freshness("a"), Freshness::on_error);
  EXPECT_TRUE(one_.change_tags({"t"}));
  EXPECT_EQ(one_.find_text("a"), "absent");
}

TEST_P(RemoteTierTest, P2_a_cleared_namespace_is_empty_for_everybody) {
  one_.load("a", {.stale_if_error = 60s});
  ASSERT_EQ(two_.find_text("a"), "v");
  EXPECT_TRUE(one_.change_space(Severity::expire));
  EXPECT_EQ(one_.freshness("a"), Freshness::on_error);
  EXPECT_TRUE(one_.change_space());
  EXPECT_EQ(one_.find_text("a"), "absent");
  test::await("told", [&] { return two_.find_text("a") == "absent"; });
  // Nothing was looked at: the bytes are still there.
  EXPECT_EQ(ground_.ask({"EXISTS", "app:a"}).number, 1);
}

TEST_P(RemoteTierTest, P1_a_mark_that_was_lost_equals_none_before_it) {
  one_.load("a", {.tags = {"t"}});
  ASSERT_EQ(two_.find_text("a"), "v");
  ground_.ask({"DEL", tag_mark_name("app", "t")});
  test::await("told", [&] { return two_.find_text("a") == "absent"; });
  one_.load("b");
  ASSERT_EQ(two_.find_text("b"), "v");
  ground_.ask({"SET", space_mark_name("app"), "not a mark"});
  test::await("told", [&] { return two_.find_text("b") == "absent"; });
  EXPECT_EQ(ground_.ask({"STRLEN", space_mark_name("app")}).number, 16);
}

TEST_P(RemoteTierTest, P1_a_removed_key_is_gone_and_an_expired_one_is_for_errors) {
  for (const std::string key : {"a", "b"}) {
    one_.load(key, {.stale_while_revalidate = 60s, .stale_if_error = 60s});
  }
  EXPECT_TRUE(two_.change_key("a"));
  EXPECT_TRUE(two_.change_key("b", Severity::expire));
  EXPECT_EQ(one_.find_text("a"), "absent");
  EXPECT_EQ(one_.freshness("b"), Freshness::on_error);
  EXPECT_GT(ground_.ask({"PTTL", "app:b"}).number, 60'000);
}

TEST_P(RemoteTierTest, expiring_another_programs_value_removes_it) {
  ground_.ask({"SET", "app:k", "plain"});
  EXPECT_TRUE(one_.change_key("k", Severity::expire));
  EXPECT_EQ(ground_.ask({"EXISTS", "app:k"}).number, 0);
}

TEST_P(RemoteTierTest, P3_a_write_replaces_the_value_for_everybody) {
  one_.load("k", {.value = "old"});
  const SharedStored stored = two_.write("k", {.value = "new", .tags = {"t"}});
  EXPECT_EQ(stored.reply, StoreReply::stored);
  EXPECT_TRUE(stored.may_copy);
  EXPECT_EQ(two_.find_text("k"), "new");
  EXPECT_EQ(one_.find_text("k"), "new");
  EXPECT_TRUE(two_.change_tags({"t"}));
  EXPECT_EQ(two_.find_text("k"), "absent");
}

TEST_P(RemoteTierTest, refuses_what_is_too_large_and_keeps_what_is_there) {
  ProcessTerms small = terms();
  small.options.max_value_bytes = 100;
  RemoteProcess three(small);
  ASSERT_EQ(three.write("k", {.value = "fits"}).reply, StoreReply::stored);
  EXPECT_EQ(three.write("k", {.value = std::string(101, 'x')}).reply, StoreReply::refused);
  EXPECT_EQ(three.find_text("k"), "fits");
  ClaimReply claim = three.claim("large");
  EXPECT_EQ(three.fill(*claim.claim, {.value = std::string(101, 'x')}).reply, StoreReply::refused);
  // The lease was given back.
  EXPECT_EQ(one_.claim("large").state, ClaimReply::State::granted);
}

TEST_P(RemoteTierTest, extends_a_fresh_and_a_stale_entry_and_no_other) {
  one_.load("k", {.tags = {"t"}, .ttl = 10s, .stale_if_error = 60s});
  EXPECT_TRUE(two_.extend("k", 200s));
  EXPECT_GE(one_.find("k").entry.lifetime.fresh_until, one_.now() + 190s);
  one_.change_key("k", Severity::expire);
  EXPECT_EQ(one_.freshness("k"), Freshness::on_error);
  EXPECT_TRUE(two_.extend("k", 300s));
  EXPECT_EQ(one_.freshness("k"), Freshness::fresh);
  one_.change_tags({"t"}, Severity::expire);
  EXPECT_TRUE(one_.extend("k", 300s));
  EXPECT_EQ(one_.freshness("k"), Freshness::fresh);
  one_.change_tags({"t"});
  EXPECT_FALSE(one_.extend("k", 300s));
  EXPECT_FALSE(one_.extend("none", 300s));
}

TEST_P(RemoteTierTest, a_mark_outlives_the_entries_that_carry_it) {
  one_.load("k", {.tags = {"t"}, .ttl = 24h * 365});
  const std::string mark = tag_mark_name("app", "t");
  test::await("refreshed", [&] {
    return ground_.ask({"PTTL", mark}).number > ground_.ask({"PTTL", "app:k"}).number;
  });
  EXPECT_EQ(two_.find_text("k"), "v");
}

TEST_P(RemoteTierTest, stores_bare_bytes_for_other_programs) {
  ProcessTerms raw = terms();
  raw.options.is_raw = true;
  RemoteProcess three(raw);
  EXPECT_EQ(three.load("k", {.value = "bare"}).reply, StoreReply::stored);
  EXPECT_EQ(ground_.ask({"GET", "app:k"}).text, "bare");
  EXPECT_EQ(three.write("w", {.value = "written"}).reply, StoreReply::stored);
  EXPECT_EQ(three.write("n", {.is_negative = true}).reply, StoreReply::refused);
  EXPECT_EQ(three.find_text("w"), "written");
  EXPECT_TRUE(three.extend("w", 500s));
  EXPECT_GT(ground_.ask({"PTTL", "app:w"}).number, 400'000);
  EXPECT_TRUE(three.change_key("k", Severity::expire));
  EXPECT_EQ(three.find_text("k"), "absent");
  EXPECT_TRUE(three.change_space());
  EXPECT_EQ(three.find_text("w"), "absent");
}

TEST_P(RemoteTierTest, says_how_it_is) {
  const SharedStatus status = one_.tier().status();
  EXPECT_EQ(status.state, SharedState::up);
  EXPECT_TRUE(status.tells_changes);
  EXPECT_EQ(status.topology, "standalone");
  ASSERT_EQ(status.nodes.size(), 1u);
  EXPECT_EQ(status.nodes.front().version, "7.0.15");
  EXPECT_EQ(status.pending_count, 0u);
}

TEST_P(RemoteTierTest, answers_everything_after_its_end) {
  ClaimReply held = one_.claim("held");
  std::future<ClaimReply> waiting = two_.begin_claim("held");
  EXPECT_TRUE(two_.tier().shutdown(two_.soon()));
  EXPECT_EQ(RemoteProcess::get(std::move(waiting)).state, ClaimReply::State::skipped);
  EXPECT_TRUE(one_.tier().shutdown(one_.soon()));
  EXPECT_TRUE(one_.tier().shutdown(one_.soon()));
  EXPECT_EQ(one_.find_text("k"), "skipped");
  EXPECT_EQ(one_.claim("k").state, ClaimReply::State::skipped);
  EXPECT_EQ(one_.write("k").reply, StoreReply::skipped);
  EXPECT_FALSE(one_.change_key("k"));
  EXPECT_EQ(one_.fill(*held.claim).reply, StoreReply::skipped);
  EXPECT_EQ(one_.tier().status().state, SharedState::down);
}

TEST(RemoteTierOptionsTest, names_the_option_that_is_out_of_range) {
  Marks marks;
  const auto refused = [&marks](RemoteTierOptions options) -> std::string {
    options.servers.addresses.emplace_back();
    try {
      make_remote_tier(options, {.clock = make_system_clock(),
                                 .random = std::make_shared<SystemRandom>(),
                                 .marks = &marks});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_argument);
      return error.message();
    }
    return {};
  };
  EXPECT_NE(refused({.io_threads_count = 0}).find("io_threads_count"), std::string::npos);
  EXPECT_NE(refused({.lease = 99ms}).find("lease"), std::string::npos);
  EXPECT_NE(refused({.max_pending = 0}).find("max_pending"), std::string::npos);
  EXPECT_NE(refused({.connect = {.heartbeat_misses = 0}}).find("heartbeat"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Redis, RemoteTierTest,
                         testing::ValuesIn(test::all_redis_kinds, test::all_redis_kinds + 2),
                         test::name_of_kind);

}  // namespace
}  // namespace nacre::remote
