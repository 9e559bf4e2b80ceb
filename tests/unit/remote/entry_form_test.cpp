#include "remote/entry_form.hpp"

#include <gtest/gtest.h>

#include "tier/freshness.hpp"

namespace nacre::remote {
namespace {

using namespace std::chrono_literals;

const Namespace space{1, "app"};
const KeyView key{&space, "k", 0};
const TimePoint now = TimePoint{} + 1h;

Entry entry_of(Lifetime lifetime) {
  return {.value = Value::from_bytes("v", Format::text), .lifetime = lifetime};
}

StoredEntry decoded(const StoredBytes& stored, std::int64_t left_ms, TimePoint at) {
  StoredEntry entry;
  EXPECT_EQ(decode_entry(key, stored.bytes, {.left_ms = left_ms, .now = at}, entry),
            Decoded::entry);
  return entry;
}

TEST(EntryForm, P6_an_entry_is_as_old_as_the_time_to_live_says) {
  const Entry entry = entry_of({.loaded_at = now - 5s,
                                .fresh_until = now + 10s,
                                .stale_while_revalidate = 20s,
                                .stale_if_error = 60s});
  const StoredBytes stored = encode_entry(key, entry, {.space = {1, 1}}, 9, now);
  EXPECT_EQ(stored.total_ms, 70'000u);
  EXPECT_EQ(peek_write_id(stored.bytes), 9u);
  // Another process, whose clock shows something else: 25 s later by the server.
  const TimePoint theirs = TimePoint{} + 9h;
  const Lifetime lifetime = decoded(stored, 45'000, theirs).entry.lifetime;
  EXPECT_EQ(age_of(lifetime, theirs), 30s);
  EXPECT_EQ(lifetime.fresh_until, theirs - 15s);
  EXPECT_EQ(freshness_of(lifetime, theirs), Freshness::revalidate);
  EXPECT_EQ(usable_until(lifetime), theirs + 45s);
}

TEST(EntryForm, P6_windows_that_have_begun_are_stored_as_what_is_left_of_them) {
  const Entry entry = entry_of({.loaded_at = now - 60s,
                                .fresh_until = now - 15s,
                                .stale_while_revalidate = 10s,
                                .stale_if_error = 60s});
  const StoredBytes stored = encode_entry(key, entry, {.space = {1, 1}}, 9, now);
  EXPECT_EQ(stored.total_ms, 45'000u);
  const Lifetime lifetime = decoded(stored, 45'000, now).entry.lifetime;
  EXPECT_EQ(lifetime.fresh_until, now);
  EXPECT_EQ(lifetime.stale_while_revalidate, 0s);
  EXPECT_EQ(lifetime.stale_if_error, 45s);
}

TEST(EntryForm, what_has_no_end_is_stored_for_the_longest_time_there_is) {
  const Entry entry = entry_of({.loaded_at = now, .fresh_until = TimePoint::max()});
  const StoredBytes stored = encode_entry(key, entry, {.space = {1, 1}}, 9, now);
  EXPECT_EQ(stored.total_ms, longest_total_ms);
  EXPECT_GT(
      decoded(stored, static_cast<std::int64_t>(longest_total_ms), now).entry.lifetime.fresh_until,
      now + 24h * 365 * 9);
}

TEST(EntryForm, what_is_over_lives_a_millisecond) {
  const Entry entry = entry_of({.loaded_at = now - 2s, .fresh_until = now - 1s});
  EXPECT_EQ(encode_entry(key, entry, {.space = {1, 1}}, 9, now).total_ms, 1u);
}

TEST(EntryForm, P6_a_value_of_unknown_age_is_useless) {
  const Entry entry = entry_of({.loaded_at = now, .fresh_until = now + 10s});
  const StoredBytes stored = encode_entry(key, entry, {.space = {1, 1}}, 9, now);
  for (const std::int64_t left_ms : {no_key_ttl, no_end_ttl}) {
    StoredEntry read;
    EXPECT_EQ(decode_entry(key, stored.bytes, {.left_ms = left_ms, .now = now}, read),
              Decoded::useless);
  }
}

TEST(EntryForm, leaves_out_a_validator_that_is_too_long) {
  Entry entry = entry_of({.loaded_at = now, .fresh_until = now + 10s});
  entry.notes =
      NotesRef::make({.validators = {.etag = std::string(5000, 'e'), .last_modified = "today"}});
  const StoredBytes stored = encode_entry(key, entry, {.space = {1, 1}}, 9, now);
  const StoredEntry read = decoded(stored, 10'000, now);
  EXPECT_EQ(read.entry.notes->validators, (Validators{.last_modified = "today"}));
}

TEST(EntryForm, bare_bytes_live_as_long_as_they_are_fresh) {
  const Entry entry = entry_of({.loaded_at = now, .fresh_until = now + 10s, .stale_if_error = 60s});
  const std::optional<StoredBytes> stored = encode_raw(entry, now);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->bytes, "v");
  EXPECT_EQ(stored->total_ms, 10'000u);
  EXPECT_FALSE(encode_raw(Entry{}, now));
}

TEST(EntryForm, P6_what_is_made_stale_ends_no_later_than_it_did) {
  Lifetime lifetime{.loaded_at = now,
                    .fresh_until = now + 10s,
                    .stale_while_revalidate = 100s,
                    .stale_if_error = 30s};
  make_stale(lifetime, now + 4s);
  EXPECT_EQ(freshness_of(lifetime, now + 4s), Freshness::on_error);
  EXPECT_EQ(usable_until(lifetime), now + 34s);
  make_stale(lifetime, now + 20s);
  EXPECT_EQ(usable_until(lifetime), now + 34s);
}

}  // namespace
}  // namespace nacre::remote
