#include "tier/freshness.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tier/tier.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;

const TimePoint start{1000s};

Lifetime any_lifetime() {
  const auto any_length = [] {
    return *rc::gen::element<Duration>(0ns, 1ns, 1ms, 1s, 1min, std::chrono::hours(24 * 3653),
                                       Duration::max());
  };
  return {.loaded_at = start,
          .fresh_until = saturating_add(start, any_length()),
          .stale_while_revalidate = any_length(),
          .stale_if_error = any_length()};
}

TEST(Freshness, each_phase_begins_where_the_one_before_ends) {
  const Lifetime lifetime{.loaded_at = start,
                          .fresh_until = start + 10s,
                          .stale_while_revalidate = 5s,
                          .stale_if_error = 20s};
  EXPECT_EQ(freshness_of(lifetime, start), Freshness::fresh);
  EXPECT_EQ(freshness_of(lifetime, start + 10s - 1ns), Freshness::fresh);
  EXPECT_EQ(freshness_of(lifetime, start + 10s), Freshness::revalidate);
  EXPECT_EQ(freshness_of(lifetime, start + 15s - 1ns), Freshness::revalidate);
  EXPECT_EQ(freshness_of(lifetime, start + 15s), Freshness::on_error);
  EXPECT_EQ(freshness_of(lifetime, start + 30s - 1ns), Freshness::on_error);
  EXPECT_EQ(freshness_of(lifetime, start + 30s), Freshness::expired);
}

TEST(Freshness, an_error_window_inside_the_revalidation_window_adds_nothing) {
  const Lifetime lifetime{
      .fresh_until = start, .stale_while_revalidate = 20s, .stale_if_error = 5s};
  EXPECT_EQ(freshness_of(lifetime, start + 19s), Freshness::revalidate);
  EXPECT_EQ(freshness_of(lifetime, start + 20s), Freshness::expired);
}

RC_GTEST_PROP(Freshness, P6_only_ever_gets_worse, ()) {
  const Lifetime lifetime = any_lifetime();
  const TimePoint early = start + Duration(*rc::gen::inRange<Duration::rep>(0, INT64_C(1) << 60));
  const TimePoint late =
      saturating_add(early, Duration(*rc::gen::inRange<Duration::rep>(0, INT64_C(1) << 62)));
  RC_ASSERT(freshness_of(lifetime, early) <= freshness_of(lifetime, late));
}

RC_GTEST_PROP(Freshness, P6_is_expired_exactly_from_the_end_of_use, ()) {
  const Lifetime lifetime = any_lifetime();
  const TimePoint end = usable_until(lifetime);
  RC_ASSERT(end >= lifetime.fresh_until);
  if (end != TimePoint::max()) RC_ASSERT(freshness_of(lifetime, end) == Freshness::expired);
  if (end > start) RC_ASSERT(freshness_of(lifetime, end - 1ns) != Freshness::expired);
}

RC_GTEST_PROP(SaturatingAdd, stops_at_the_end_of_time, ()) {
  const TimePoint point(Duration(*rc::gen::inRange<Duration::rep>(0, INT64_MAX)));
  const Duration length(*rc::gen::inRange<Duration::rep>(0, INT64_MAX));
  const TimePoint sum = saturating_add(point, length);
  RC_ASSERT(sum >= point);
  RC_ASSERT(sum == TimePoint::max() || sum - point == length);
}

TEST(Age, is_never_negative) {
  EXPECT_EQ(age_of({.loaded_at = start}, start + 3s), 3s);
  EXPECT_EQ(age_of({.loaded_at = start}, start - 10ms), 0s) << "a coarse clock lags behind";
}

TEST(Inspection, tells_state_times_and_notes) {
  Entry entry{.value = Value::from_bytes("hello", Format::text),
              .lifetime = {.loaded_at = start,
                           .fresh_until = start + 10s,
                           .stale_while_revalidate = 5s,
                           .stale_if_error = 20s},
              .notes = NotesRef::make({.tags = {"red"}, .validators = {.etag = "\"1\""}})};
  const Inspection fresh = inspection_of("k", entry, TierKind::memory, start + 4s);
  EXPECT_EQ(fresh.key, "k");
  EXPECT_EQ(fresh.state, EntryState::fresh);
  EXPECT_EQ(fresh.provenance.age, 4s);
  EXPECT_EQ(fresh.provenance.remaining, 6s);
  EXPECT_EQ(fresh.stale_remaining, 26s);
  EXPECT_EQ(fresh.format, Format::text);
  EXPECT_FALSE(fresh.is_live_object);
  EXPECT_EQ(fresh.payload_bytes, 5u);
  EXPECT_EQ(fresh.tags, std::vector<std::string>{"red"});
  EXPECT_EQ(fresh.validators.etag, "\"1\"");
  EXPECT_EQ(inspection_of("k", entry, TierKind::memory, start + 10s).state, EntryState::stale);
  entry.value = Value();
  EXPECT_EQ(inspection_of("k", entry, TierKind::memory, start).state, EntryState::negative);
}

}  // namespace
}  // namespace nacre
