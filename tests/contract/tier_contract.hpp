// What every Tier keeps, as a suite that runs on each kind of tier.
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Memory, TierContract, MemoryTierMaker);
//
// A maker is default-constructible and has
//   std::unique_ptr<Tier> make(const Marks& marks, FakeClock& clock);   // an empty tier, >= 1 MiB
//   void settle();   // returns when every callback of the calls made so far has run
//   static constexpr std::uint64_t seed;                               // of the keys' hashes
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coherence/marks.hpp"
#include "nacre/fake_clock.hpp"
#include "tier/freshness.hpp"
#include "tier/key.hpp"
#include "tier/tier.hpp"

namespace nacre::contract {

using namespace std::chrono_literals;

/// One tier with its surroundings, spoken to in the words of the contract.
template <class Maker>
class TierContract : public ::testing::Test {
 protected:
  KeyView key(std::string_view text) { return key(text, space); }
  KeyView key(std::string_view text, const detail::Namespace& owner) {
    return {&owner, text, hash_key(owner, text, Maker::seed)};
  }

  Stamp stamp(std::string_view text) { return marks.stamp_of(key(text)); }

  Entry entry(std::string_view bytes, Stamp stamp, std::vector<std::string> tags = {}) {
    Entry made{.value = Value::from_bytes(bytes), .stamp = stamp};
    made.lifetime = {.loaded_at = clock.now(),
                     .fresh_until = clock.now() + 60s,
                     .stale_while_revalidate = 10s,
                     .stale_if_error = 30s};
    if (!tags.empty()) {
      EntryNotes notes{.tags = std::move(tags)};
      for (const std::string& tag : notes.tags) notes.tag_hashes.push_back(tag_hash(tag));
      made.notes = NotesRef::make(std::move(notes));
    }
    return made;
  }

  std::uint64_t tag_hash(std::string_view tag) { return hash_tag(space, tag, Maker::seed); }

  StoreReply store(const KeyView& where, Entry what, StoreKind kind = StoreKind::fill) {
    std::optional<StoreReply> reply;
    tier->store(where, std::move(what), kind, [&reply](StoreReply said) {
      EXPECT_FALSE(reply) << "the callback ran twice";
      reply = said;
    });
    maker.settle();
    EXPECT_TRUE(reply) << "the callback did not run";
    return reply.value_or(StoreReply::skipped);
  }
  StoreReply put(std::string_view text, std::string_view bytes,
                 std::vector<std::string> tags = {}) {
    return store(key(text), entry(bytes, stamp(text), std::move(tags)));
  }

  TierReply find(const KeyView& where) {
    TierReply reply;
    int answers = 0;
    if (tier->find(where, Deadline(), reply, [&reply, &answers](TierReply said) {
          ++answers;
          reply = std::move(said);
        })) {
      EXPECT_EQ(answers, 0) << "answered in place, and again by the callback";
      return reply;
    }
    maker.settle();
    EXPECT_EQ(answers, 1);
    return reply;
  }
  std::string text_of(std::string_view text) {
    const TierReply reply = find(key(text));
    return reply.state == TierReply::State::found ? std::string(reply.entry.value.bytes())
                                                  : std::string("(absent)");
  }
  bool is_present(std::string_view text) {
    return find(key(text)).state == TierReply::State::found;
  }
  Freshness freshness(std::string_view text) {
    const TierReply reply = find(key(text));
    if (reply.state != TierReply::State::found) return Freshness::expired;
    return freshness_of(reply.entry.lifetime, clock.now());
  }

  bool update(std::string_view text, Update change) {
    if (change.kind != Update::Kind::replace) marks.touch(key(text));
    std::optional<bool> was_present;
    tier->update(key(text), change, [&was_present](bool said) { was_present = said; });
    maker.settle();
    EXPECT_TRUE(was_present.has_value());
    return was_present.value_or(false);
  }

  std::uint64_t sweep(std::string_view prefix, Severity severity) {
    Sweep swept{.space = &space,
                .matches = [prefix](std::string_view text,
                                    const EntryNotes*) { return text.starts_with(prefix); },
                .severity = severity};
    marks.mark_sweep(swept);
    return run_sweep(swept);
  }
  std::uint64_t run_sweep(const Sweep& swept) {
    std::optional<std::uint64_t> count;
    tier->sweep(swept, [&count](std::uint64_t said) { count = said; });
    maker.settle();
    EXPECT_TRUE(count.has_value());
    return count.value_or(0);
  }

  KeyPage list(const KeyQuery& query) {
    std::optional<KeyPage> page;
    tier->list(space, query, [&page](std::optional<KeyPage> said) { page = std::move(said); });
    maker.settle();
    EXPECT_TRUE(page.has_value());
    return page.value_or(KeyPage{});
  }

  Maker maker;
  FakeClock clock;
  Marks marks;
  detail::Namespace space{1, "app"};
  detail::Namespace other_space{2, "other"};
  std::unique_ptr<Tier> tier = maker.make(marks, clock);
};

TYPED_TEST_SUITE_P(TierContract);

TYPED_TEST_P(TierContract, what_was_stored_is_found_with_its_times_tags_and_epoch) {
  const Stamp stamp = this->stamp("a");
  ASSERT_EQ(this->store(this->key("a"), this->entry("one", stamp, {"red"})), StoreReply::stored);
  this->clock.advance(1s);
  const TierReply reply = this->find(this->key("a"));
  ASSERT_EQ(reply.state, TierReply::State::found);
  EXPECT_EQ(reply.entry.value.bytes(), "one");
  EXPECT_EQ(reply.entry.stamp.epoch, stamp.epoch);
  ASSERT_TRUE(reply.entry.notes);
  EXPECT_EQ(reply.entry.notes->tags, std::vector<std::string>{"red"});
  EXPECT_EQ(reply.entry.lifetime.fresh_until - this->clock.now(), 59s);
  EXPECT_EQ(this->clock.now() - reply.entry.lifetime.loaded_at, 1s);
  EXPECT_EQ(reply.entry.lifetime.stale_while_revalidate, 10s);
  EXPECT_EQ(reply.entry.lifetime.stale_if_error, 30s);
}

TYPED_TEST_P(TierContract, what_was_not_stored_is_absent) {
  EXPECT_FALSE(this->is_present("a"));
}

TYPED_TEST_P(TierContract, a_negative_entry_is_found_and_empty) {
  Entry negative = this->entry("", this->stamp("a"));
  negative.value = Value();
  ASSERT_EQ(this->store(this->key("a"), negative), StoreReply::stored);
  const TierReply reply = this->find(this->key("a"));
  ASSERT_EQ(reply.state, TierReply::State::found);
  EXPECT_TRUE(reply.entry.is_negative());
}

TYPED_TEST_P(TierContract, empty_bytes_are_a_value) {
  this->put("a", "");
  const TierReply reply = this->find(this->key("a"));
  ASSERT_EQ(reply.state, TierReply::State::found);
  EXPECT_FALSE(reply.entry.is_negative());
}

TYPED_TEST_P(TierContract, namespaces_share_no_key) {
  this->put("a", "one");
  EXPECT_EQ(this->find(this->key("a", this->other_space)).state, TierReply::State::absent);
}

TYPED_TEST_P(TierContract, P6_goes_through_fresh_and_stale_and_is_gone_at_its_end) {
  this->put("a", "one");
  this->clock.advance(60s - 1ms);
  EXPECT_EQ(this->freshness("a"), Freshness::fresh);
  this->clock.advance(1ms);
  EXPECT_EQ(this->freshness("a"), Freshness::revalidate);
  this->clock.advance(10s);
  EXPECT_EQ(this->freshness("a"), Freshness::on_error);
  this->clock.advance(20s - 1ms);
  EXPECT_EQ(this->freshness("a"), Freshness::on_error);
  this->clock.advance(1ms);
  EXPECT_FALSE(this->is_present("a"));
}

TYPED_TEST_P(TierContract, P1_a_fill_from_before_a_removal_is_outdated) {
  const Stamp before = this->stamp("a");
  EXPECT_FALSE(this->update("a", {.kind = Update::Kind::remove}));
  EXPECT_EQ(this->store(this->key("a"), this->entry("old", before)), StoreReply::outdated);
  EXPECT_FALSE(this->is_present("a"));
}

TYPED_TEST_P(TierContract, P1_a_fill_from_before_a_tag_mark_is_outdated) {
  const Stamp before = this->stamp("a");
  this->marks.mark_tags(this->space, std::vector{this->tag_hash("red")}, Severity::remove,
                        this->clock.now());
  EXPECT_EQ(this->store(this->key("a"), this->entry("old", before, {"red"})), StoreReply::outdated);
  EXPECT_EQ(this->store(this->key("a"), this->entry("other", before, {"blue"})),
            StoreReply::stored);
}

TYPED_TEST_P(TierContract, P1_a_write_from_before_a_clear_is_outdated) {
  const Stamp before = this->stamp("a");
  this->marks.mark_space(this->space, Severity::remove, this->clock.now());
  EXPECT_EQ(this->store(this->key("a"), this->entry("old", before), StoreKind::write),
            StoreReply::outdated);
}

TYPED_TEST_P(TierContract, P1_a_fill_from_before_a_sweep_is_outdated) {
  const Stamp before = this->stamp("user:1");
  this->sweep("user:", Severity::remove);
  EXPECT_EQ(this->store(this->key("user:1"), this->entry("old", before)), StoreReply::outdated);
  EXPECT_EQ(this->store(this->key("item:1"), this->entry("new", before)), StoreReply::stored);
}

TYPED_TEST_P(TierContract, a_write_is_newer_than_every_fill_that_runs) {
  const Stamp before = this->stamp("a");
  EXPECT_EQ(this->store(this->key("a"), this->entry("written", before), StoreKind::write),
            StoreReply::stored);
  EXPECT_EQ(this->store(this->key("a"), this->entry("loaded", before)), StoreReply::outdated);
  EXPECT_EQ(this->text_of("a"), "written");
}

TYPED_TEST_P(TierContract, a_later_fill_replaces_an_earlier_one) {
  this->put("a", "one");
  this->put("a", "two", {"red"});
  EXPECT_EQ(this->text_of("a"), "two");
  this->put("a", std::string(5000, '3'));
  EXPECT_EQ(this->text_of("a"), std::string(5000, '3'));
}

TYPED_TEST_P(TierContract, a_fill_from_before_an_expiring_mark_is_stored_stale) {
  const Stamp before = this->stamp("a");
  this->marks.mark_space(this->space, Severity::expire, this->clock.now());
  EXPECT_EQ(this->store(this->key("a"), this->entry("old", before)), StoreReply::stored);
  EXPECT_EQ(this->freshness("a"), Freshness::on_error);
}

TYPED_TEST_P(TierContract, P2_a_tag_mark_hides_the_entries_with_the_tag_and_no_others) {
  this->put("a", "one", {"red", "round"});
  this->put("b", "two", {"blue"});
  this->put("c", "three");
  this->marks.mark_tags(this->space, std::vector{this->tag_hash("red")}, Severity::remove,
                        this->clock.now());
  EXPECT_FALSE(this->is_present("a"));
  EXPECT_EQ(this->text_of("b"), "two");
  EXPECT_EQ(this->text_of("c"), "three");
}

TYPED_TEST_P(TierContract, each_later_tag_mark_is_seen_though_earlier_ones_were_checked) {
  this->put("a", "one", {"red", "round"});
  for (const char* tag : {"blue", "green", "square"}) {
    this->marks.mark_tags(this->space, std::vector{this->tag_hash(tag)}, Severity::remove,
                          this->clock.now());
    EXPECT_EQ(this->text_of("a"), "one");
    EXPECT_EQ(this->text_of("a"), "one");
  }
  this->marks.mark_tags(this->space, std::vector{this->tag_hash("round")}, Severity::remove,
                        this->clock.now());
  EXPECT_FALSE(this->is_present("a"));
}

TYPED_TEST_P(TierContract, a_sweep_finds_an_entry_that_was_checked_after_the_sweep_began) {
  this->put("user:1", "one", {"red"});
  Sweep swept{.space = &this->space,
              .matches = [](std::string_view, const EntryNotes*) { return true; }};
  this->marks.mark_sweep(swept);
  // The tier notes that the entry passes this mark; the sweep must mean it all the same.
  this->marks.mark_tags(this->space, std::vector{this->tag_hash("blue")}, Severity::remove,
                        this->clock.now());
  EXPECT_TRUE(this->is_present("user:1"));
  EXPECT_EQ(this->run_sweep(swept), 1u);
  EXPECT_FALSE(this->is_present("user:1"));
}

TYPED_TEST_P(TierContract, P2_a_clear_hides_the_namespace_and_no_other) {
  this->put("a", "one");
  ASSERT_EQ(this->store(this->key("a", this->other_space), this->entry("two", this->stamp("a"))),
            StoreReply::stored);
  this->marks.mark_space(this->space, Severity::remove, this->clock.now());
  EXPECT_FALSE(this->is_present("a"));
  EXPECT_EQ(this->find(this->key("a", this->other_space)).state, TierReply::State::found);
  this->put("a", "three");
  EXPECT_EQ(this->text_of("a"), "three");
}

TYPED_TEST_P(TierContract, an_expiring_tag_mark_makes_stale_for_errors_only_and_once) {
  this->put("a", "one", {"red"});
  this->clock.advance(1s);
  this->marks.mark_tags(this->space, std::vector{this->tag_hash("red")}, Severity::expire,
                        this->clock.now());
  EXPECT_EQ(this->freshness("a"), Freshness::on_error);
  this->clock.advance(29s);
  // Looking at it does not lengthen its time.
  EXPECT_EQ(this->freshness("a"), Freshness::on_error);
  this->clock.advance(1s);
  EXPECT_FALSE(this->is_present("a"));
}

TYPED_TEST_P(TierContract, P6_an_expiring_mark_counts_from_when_it_was_set_not_from_the_next_look) {
  this->put("a", "one", {"red"});
  this->put("b", "two");
  this->clock.advance(1s);
  this->marks.mark_tags(this->space, std::vector{this->tag_hash("red")}, Severity::expire,
                        this->clock.now());
  this->clock.advance(29s);
  EXPECT_EQ(this->freshness("a"), Freshness::on_error);
  this->marks.mark_space(this->space, Severity::expire, this->clock.now());
  this->clock.advance(1s);
  EXPECT_FALSE(this->is_present("a"));
  this->clock.advance(28s);
  EXPECT_EQ(this->freshness("b"), Freshness::on_error);
  this->clock.advance(1s);
  EXPECT_FALSE(this->is_present("b"));
}

TYPED_TEST_P(TierContract, an_expiring_mark_on_a_stale_entry_does_not_lengthen_its_time) {
  this->put("a", "one");
  this->clock.advance(80s);
  this->marks.mark_space(this->space, Severity::expire, this->clock.now());
  EXPECT_EQ(this->freshness("a"), Freshness::on_error);
  this->clock.advance(10s);
  EXPECT_FALSE(this->is_present("a"));
}

TYPED_TEST_P(TierContract, remove_drops_one_entry_and_says_whether_there_was_one) {
  this->put("a", "one");
  this->put("b", "two");
  EXPECT_TRUE(this->update("a", {.kind = Update::Kind::remove}));
  EXPECT_FALSE(this->update("a", {.kind = Update::Kind::remove}));
  EXPECT_FALSE(this->is_present("a"));
  EXPECT_TRUE(this->is_present("b"));
}

TYPED_TEST_P(TierContract, changing_what_is_hidden_or_over_finds_nothing) {
  this->put("a", "one");
  this->marks.mark_space(this->space, Severity::remove, this->clock.now());
  EXPECT_FALSE(this->update("a", {.kind = Update::Kind::remove}));
  this->put("b", "two");
  this->clock.advance(90s);
  EXPECT_FALSE(this->update("b", {.kind = Update::Kind::expire}));
}

TYPED_TEST_P(TierContract, expire_keeps_the_entry_for_errors_only) {
  this->put("a", "one");
  EXPECT_TRUE(this->update("a", {.kind = Update::Kind::expire}));
  EXPECT_EQ(this->freshness("a"), Freshness::on_error);
}

TYPED_TEST_P(TierContract, extend_makes_fresh_until_the_given_time) {
  this->put("a", "one");
  this->clock.advance(61s);
  EXPECT_TRUE(
      this->update("a", {.kind = Update::Kind::extend, .fresh_until = this->clock.now() + 100s}));
  this->clock.advance(99s);
  EXPECT_EQ(this->freshness("a"), Freshness::fresh);
  EXPECT_EQ(this->clock.now() - this->find(this->key("a")).entry.lifetime.loaded_at, 160s);
  this->clock.advance(1s);
  EXPECT_EQ(this->freshness("a"), Freshness::revalidate);
}

TYPED_TEST_P(TierContract, extend_without_end_never_ends) {
  this->put("a", "one");
  EXPECT_TRUE(this->update("a", {.kind = Update::Kind::extend, .fresh_until = TimePoint::max()}));
  this->clock.advance(std::chrono::hours(24 * 365));
  EXPECT_EQ(this->freshness("a"), Freshness::fresh);
}

TYPED_TEST_P(TierContract, extend_wins_over_an_earlier_expiring_mark_and_not_over_a_later_one) {
  this->put("a", "one");
  this->put("b", "two", {"red"});
  this->marks.mark_space(this->space, Severity::expire, this->clock.now());
  for (const char* text : {"a", "b"}) {
    EXPECT_EQ(this->freshness(text), Freshness::on_error);
    EXPECT_TRUE(this->update(
        text, {.kind = Update::Kind::extend, .fresh_until = this->clock.now() + 100s}));
    EXPECT_EQ(this->freshness(text), Freshness::fresh);
  }
  this->marks.mark_space(this->space, Severity::expire, this->clock.now());
  EXPECT_EQ(this->freshness("a"), Freshness::on_error);
  EXPECT_EQ(this->freshness("b"), Freshness::on_error);
  this->marks.mark_space(this->space, Severity::remove, this->clock.now());
  EXPECT_FALSE(this->is_present("a"));
  EXPECT_FALSE(this->is_present("b"));
}

TYPED_TEST_P(TierContract, a_sweep_removes_what_matches_and_counts_it) {
  for (int number = 0; number < 2000; ++number) {
    this->put("user:" + std::to_string(number), "u");
    this->put("item:" + std::to_string(number), "i");
  }
  EXPECT_EQ(this->sweep("user:", Severity::remove), 2000u);
  EXPECT_EQ(this->sweep("user:", Severity::remove), 0u);
  for (int number = 0; number < 2000; ++number) {
    EXPECT_FALSE(this->is_present("user:" + std::to_string(number)));
    EXPECT_TRUE(this->is_present("item:" + std::to_string(number)));
  }
}

TYPED_TEST_P(TierContract, a_sweep_sees_tags) {
  this->put("a", "one", {"red", "round"});
  this->put("b", "two", {"red"});
  Sweep swept{.space = &this->space, .matches = [](std::string_view, const EntryNotes* notes) {
                return notes != nullptr && notes->tags.size() == 2;
              }};
  this->marks.mark_sweep(swept);
  EXPECT_EQ(this->run_sweep(swept), 1u);
  EXPECT_FALSE(this->is_present("a"));
  EXPECT_TRUE(this->is_present("b"));
}

TYPED_TEST_P(TierContract, an_expiring_sweep_makes_stale) {
  this->put("user:1", "one");
  EXPECT_EQ(this->sweep("user:", Severity::expire), 1u);
  EXPECT_EQ(this->freshness("user:1"), Freshness::on_error);
}

TYPED_TEST_P(TierContract, a_sweep_spares_what_was_stored_after_it_was_marked) {
  Sweep swept{.space = &this->space,
              .matches = [](std::string_view, const EntryNotes*) { return true; }};
  this->put("old", "one");
  this->marks.mark_sweep(swept);
  this->put("new", "two");
  EXPECT_EQ(this->run_sweep(swept), 1u);
  EXPECT_FALSE(this->is_present("old"));
  EXPECT_TRUE(this->is_present("new"));
}

TYPED_TEST_P(TierContract, listing_pages_through_every_key_of_the_namespace) {
  std::set<std::string> expected;
  for (int number = 0; number < 1500; ++number) {
    expected.insert("user:" + std::to_string(number));
    this->put("user:" + std::to_string(number), "u");
  }
  ASSERT_EQ(this->store(this->key("x", this->other_space), this->entry("o", this->stamp("x"))),
            StoreReply::stored);
  std::set<std::string> listed;
  KeyQuery query{.limit = 70};
  do {
    const KeyPage page = this->list(query);
    EXPECT_LE(page.entries.size(), 70u);
    for (const Inspection& each : page.entries) listed.insert(each.key);
    query.cursor = page.cursor;
  } while (!query.cursor.empty());
  EXPECT_EQ(listed, expected);
}

TYPED_TEST_P(TierContract, listing_meets_every_key_that_stays_while_others_come_and_go) {
  for (int number = 0; number < 1000; ++number) this->put("stays:" + std::to_string(number), "s");
  std::set<std::string> listed;
  KeyQuery query{.prefix = "stays:", .limit = 50};
  int round = 0;
  do {
    const KeyPage page = this->list(query);
    for (const Inspection& each : page.entries) listed.insert(each.key);
    query.cursor = page.cursor;
    // Grows in the first rounds and shrinks in the later ones.
    for (int number = 0; number < 200; ++number) {
      const std::string text = "goes:" + std::to_string(round % 10) + ":" + std::to_string(number);
      if (round < 10) {
        this->put(text, "g");
      } else {
        this->update(text, {.kind = Update::Kind::remove});
      }
    }
    ++round;
  } while (!query.cursor.empty() && round < 1000);
  EXPECT_EQ(listed.size(), 1000u);
}

TYPED_TEST_P(TierContract, listing_filters_by_prefix_pattern_and_state) {
  this->put("user:1:name", "u");
  this->put("user:2:name", "u");
  this->put("user:2:age", "u");
  this->put("item:2:name", "i");
  this->update("user:2:name", {.kind = Update::Kind::expire});
  const auto keys_of = [](const KeyPage& page) {
    std::set<std::string> keys;
    for (const Inspection& each : page.entries) keys.insert(each.key);
    return keys;
  };
  using Keys = std::set<std::string>;
  EXPECT_EQ(keys_of(this->list({.prefix = "user:2"})), (Keys{"user:2:name", "user:2:age"}));
  EXPECT_EQ(keys_of(this->list({.pattern = "*:2:name"})), (Keys{"user:2:name", "item:2:name"}));
  EXPECT_EQ(keys_of(this->list({.state = EntryState::stale})), (Keys{"user:2:name"}));
  EXPECT_EQ(keys_of(this->list({.prefix = "user:", .state = EntryState::fresh})),
            (Keys{"user:1:name", "user:2:age"}));
}

TYPED_TEST_P(TierContract, listing_shows_neither_hidden_nor_ended_entries) {
  this->put("a", "one", {"red"});
  this->put("b", "two");
  this->marks.mark_tags(this->space, std::vector{this->tag_hash("red")}, Severity::remove,
                        this->clock.now());
  ASSERT_EQ(this->list({}).entries.size(), 1u);
  this->clock.advance(90s);
  EXPECT_TRUE(this->list({}).entries.empty());
}

TYPED_TEST_P(TierContract, a_listed_entry_is_described_in_full) {
  this->put("a", "one", {"red"});
  this->clock.advance(5s);
  const KeyPage page = this->list({});
  ASSERT_EQ(page.entries.size(), 1u);
  const Inspection& shown = page.entries.front();
  EXPECT_EQ(shown.key, "a");
  EXPECT_EQ(shown.state, EntryState::fresh);
  EXPECT_EQ(shown.provenance.tier, this->tier->kind());
  EXPECT_EQ(shown.provenance.age, 5s);
  EXPECT_EQ(shown.provenance.remaining, 55s);
  EXPECT_EQ(shown.stale_remaining, 85s);
  EXPECT_EQ(shown.payload_bytes, 3u);
  EXPECT_GT(shown.entry_bytes, 3u);
  EXPECT_EQ(shown.tags, std::vector<std::string>{"red"});
  EXPECT_FALSE(shown.value);
}

TYPED_TEST_P(TierContract, a_cursor_that_is_none_is_told_apart_from_an_empty_page) {
  this->put("a", "one");
  for (const char* cursor : {"x", "0", "0.0.0", "-1.0", "0.g", "ffffffffff.0", "0. 1"}) {
    int answers = 0;
    this->tier->list(this->space, {.cursor = cursor},
                     [&answers](const std::optional<KeyPage>& page) {
                       ++answers;
                       EXPECT_FALSE(page.has_value());
                     });
    this->maker.settle();
    EXPECT_EQ(answers, 1) << cursor;
  }
}

TYPED_TEST_P(TierContract, P1_a_write_outdates_the_fills_that_run_when_it_commits) {
  const Stamp before = this->stamp("a");
  EXPECT_EQ(this->store(this->key("a"), this->entry("loaded", before)), StoreReply::stored);
  const Stamp running = this->stamp("a");
  EXPECT_EQ(this->store(this->key("a"), this->entry("written", before), StoreKind::write),
            StoreReply::stored);
  EXPECT_EQ(this->store(this->key("a"), this->entry("late", running)), StoreReply::outdated);
  EXPECT_EQ(this->text_of("a"), "written");
}

TYPED_TEST_P(TierContract, usage_counts_entries_and_stays_below_the_limit) {
  EXPECT_EQ(this->tier->usage().entries_count, 0u);
  this->put("a", "one");
  const TierUsage usage = this->tier->usage();
  EXPECT_EQ(usage.entries_count, 1u);
  EXPECT_GT(usage.bytes, 0u);
  EXPECT_LE(usage.bytes, usage.max_bytes);
}

REGISTER_TYPED_TEST_SUITE_P(
    TierContract, what_was_stored_is_found_with_its_times_tags_and_epoch,
    what_was_not_stored_is_absent, a_negative_entry_is_found_and_empty, empty_bytes_are_a_value,
    namespaces_share_no_key, P6_goes_through_fresh_and_stale_and_is_gone_at_its_end,
    P1_a_fill_from_before_a_removal_is_outdated, P1_a_fill_from_before_a_tag_mark_is_outdated,
    P1_a_write_from_before_a_clear_is_outdated, P1_a_fill_from_before_a_sweep_is_outdated,
    a_write_is_newer_than_every_fill_that_runs, a_later_fill_replaces_an_earlier_one,
    a_fill_from_before_an_expiring_mark_is_stored_stale,
    P2_a_tag_mark_hides_the_entries_with_the_tag_and_no_others,
    each_later_tag_mark_is_seen_though_earlier_ones_were_checked,
    a_sweep_finds_an_entry_that_was_checked_after_the_sweep_began,
    P2_a_clear_hides_the_namespace_and_no_other,
    an_expiring_tag_mark_makes_stale_for_errors_only_and_once,
    P6_an_expiring_mark_counts_from_when_it_was_set_not_from_the_next_look,
    an_expiring_mark_on_a_stale_entry_does_not_lengthen_its_time,
    remove_drops_one_entry_and_says_whether_there_was_one,
    changing_what_is_hidden_or_over_finds_nothing, expire_keeps_the_entry_for_errors_only,
    extend_makes_fresh_until_the_given_time, extend_without_end_never_ends,
    extend_wins_over_an_earlier_expiring_mark_and_not_over_a_later_one,
    a_sweep_removes_what_matches_and_counts_it, a_sweep_sees_tags, an_expiring_sweep_makes_stale,
    a_sweep_spares_what_was_stored_after_it_was_marked,
    listing_pages_through_every_key_of_the_namespace,
    listing_meets_every_key_that_stays_while_others_come_and_go,
    listing_filters_by_prefix_pattern_and_state, listing_shows_neither_hidden_nor_ended_entries,
    a_listed_entry_is_described_in_full, a_cursor_that_is_none_is_told_apart_from_an_empty_page,
    P1_a_write_outdates_the_fills_that_run_when_it_commits,
    usage_counts_entries_and_stays_below_the_limit);

}  // namespace nacre::contract
