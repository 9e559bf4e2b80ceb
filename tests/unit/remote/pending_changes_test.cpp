#include "remote/pending_changes.hpp"

#include <gtest/gtest.h>

namespace nacre::remote {
namespace {

constexpr auto anywhere = [](std::string_view) { return true; };

using namespace std::chrono_literals;

const Namespace space{1, "app"};
const Namespace other_space{2, "other"};

Change removal(const std::string& key) {
  return {.space = &space, .text = key};
}

Change expiry(const std::string& key) {
  return {.space = &space, .text = key, .severity = Severity::expire};
}

Change writing(const std::string& key, std::size_t bytes = 1, std::vector<std::string> tags = {}) {
  KeptWrite write;
  write.entry.value = Value::from_bytes(std::string(bytes, 'x'));
  if (!tags.empty()) write.entry.notes = NotesRef::make({.tags = std::move(tags)});
  return {
      .space = &space, .text = key, .write = std::make_shared<const KeptWrite>(std::move(write))};
}

KeyView view_of(std::string_view key, const Namespace& of = space) {
  return {&of, key, 0};
}

SharedSweep sweep_of(const std::string& prefix, bool looks_at_tags = false) {
  return {.space = &space,
          .literal_prefix = prefix,
          .looks_at_tags = looks_at_tags,
          .matches = [looks_at_tags](std::string_view key, std::span<const std::string> tags) {
            return looks_at_tags ? !tags.empty() : key.ends_with('!');
          }};
}

TEST(PendingChanges, P1_the_newest_change_of_a_thing_wins_unless_an_older_one_is_stronger) {
  EXPECT_EQ(merged(expiry("k"), removal("k")).severity, Severity::remove);
  EXPECT_EQ(merged(removal("k"), expiry("k")).severity, Severity::remove);
  EXPECT_EQ(merged(expiry("k"), expiry("k")).severity, Severity::expire);
  EXPECT_TRUE(merged(removal("k"), writing("k")).write);
  EXPECT_FALSE(merged(writing("k"), removal("k")).write);
  // What would have been replaced is not there to be made stale.
  const Change expired_write = merged(writing("k"), expiry("k"));
  EXPECT_FALSE(expired_write.write);
  EXPECT_EQ(expired_write.severity, Severity::remove);
}

TEST(PendingChanges, P7_say_which_keys_the_server_knows_too_little_of) {
  PendingChanges pending({});
  EXPECT_FALSE(pending.concerns(view_of("k")));
  pending.add(removal("k"));
  pending.add({.kind = NameKind::tag_mark, .space = &space, .text = "t"});
  pending.add(sweep_of("user:"));
  EXPECT_EQ(pending.count(), 3u);
  EXPECT_TRUE(pending.concerns(view_of("k")));
  EXPECT_FALSE(pending.concerns(view_of("k", other_space)));
  EXPECT_FALSE(pending.concerns(view_of("other")));
  const std::vector<std::string> tags{"u", "t"};
  EXPECT_TRUE(pending.concerns(view_of("other"), tags));
  EXPECT_TRUE(pending.concerns(view_of("user:1!")));
  EXPECT_FALSE(pending.concerns(view_of("user:1")));
  pending.add(sweep_of("user:", true));
  EXPECT_TRUE(pending.concerns(view_of("user:1"))) << "its tags are not known";
  pending.add({.kind = NameKind::space_mark, .space = &space});
  EXPECT_TRUE(pending.concerns(view_of("other")));
}

TEST(PendingChanges, a_change_that_was_overtaken_is_not_done_with_the_older_one) {
  PendingChanges pending({});
  EXPECT_FALSE(pending.try_follow(removal("k"))) << "nothing to follow";
  pending.add(expiry("k"));
  const std::vector<PendingChanges::Item> items = pending.next_changes(10, anywhere);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_TRUE(pending.try_follow(removal("k")));
  pending.finish(items.front());
  ASSERT_EQ(pending.count(), 1u);
  EXPECT_EQ(pending.next_changes(10, anywhere).front().change.severity, Severity::remove);
  pending.finish(pending.next_changes(10, anywhere).front());
  EXPECT_TRUE(pending.empty());
}

TEST(PendingChanges, P7_too_many_become_the_removal_of_each_namespace) {
  PendingChanges pending({.max_count = 3});
  EXPECT_FALSE(pending.add(removal("a")));
  EXPECT_FALSE(pending.add(removal("b")));
  EXPECT_FALSE(pending.add({.space = &other_space, .text = "c"}));
  EXPECT_TRUE(pending.add(removal("d")));
  EXPECT_EQ(pending.dropped_count(), 4u);
  EXPECT_EQ(pending.count(), 2u);
  for (const PendingChanges::Item& item : pending.next_changes(10, anywhere)) {
    EXPECT_EQ(item.change.kind, NameKind::space_mark);
    EXPECT_EQ(item.change.severity, Severity::remove);
  }
  EXPECT_TRUE(pending.concerns(view_of("any")));
  EXPECT_TRUE(pending.concerns(view_of("any", other_space)));
}

TEST(PendingChanges, P11_writes_that_need_too_many_bytes_are_kept_as_removals) {
  PendingChanges pending({.max_bytes = 1000});
  pending.add(writing("a", 600));
  pending.add(writing("b", 600));
  std::size_t write_count = 0;
  for (const PendingChanges::Item& item : pending.next_changes(10, anywhere)) {
    if (item.change.write) ++write_count;
  }
  EXPECT_EQ(write_count, 1u);
  // What is replaced gives its bytes back.
  pending.add(removal("a"));
  pending.add(writing("c", 900));
  for (const PendingChanges::Item& item : pending.next_changes(10, anywhere)) {
    EXPECT_EQ(item.change.write != nullptr, item.change.text == "c");
  }
}

TEST(PendingChanges, too_many_sweeps_become_the_removal_of_the_namespace) {
  PendingChanges pending({.max_sweeps = 2});
  pending.add(sweep_of("a"));
  pending.add(sweep_of("b"));
  pending.add(sweep_of("c"));
  EXPECT_FALSE(pending.next_sweep());
  ASSERT_EQ(pending.count(), 1u);
  EXPECT_EQ(pending.next_changes(1, anywhere).front().change.kind, NameKind::space_mark);
}

TEST(PendingChanges, P1_a_sweep_ends_the_kept_writes_it_means) {
  PendingChanges pending({});
  pending.add(writing("user:1!"));
  pending.add(writing("user:2"));
  pending.add(writing("tagged", 1, {"t"}));
  pending.apply(sweep_of("user:"));
  pending.apply(sweep_of("", true));
  for (const PendingChanges::Item& item : pending.next_changes(10, anywhere)) {
    EXPECT_EQ(item.change.write != nullptr, item.change.text == "user:2") << item.change.text;
  }
}

TEST(RecentChanges, are_those_of_a_minute) {
  RecentChanges recent;
  const TimePoint begin{};
  recent.add(removal("a"), begin);
  recent.add(removal("b"), begin + 30s);
  recent.add(removal("c"), begin + 61s);
  const std::vector<Change> changes = recent.take(begin + 61s);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes.front().text, "b");
  EXPECT_TRUE(recent.take(begin + 61s).empty());
}

}  // namespace
}  // namespace nacre::remote
