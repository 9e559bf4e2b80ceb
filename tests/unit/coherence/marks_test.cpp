// Marks against an exact record of everything that was ever marked: they may discard too much where
// they had to forget, and never too little.
#include "coherence/marks.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace nacre {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t red = 101;
constexpr std::uint64_t blue = 102;

EntryNotes notes_with(std::vector<std::uint64_t> tags) {
  return {.tag_hashes = std::move(tags)};
}

class MarksOfOneSpace : public testing::Test {
 protected:
  Verdict judge(const Stamp& stamp, const EntryNotes* notes = nullptr) const {
    return marks_.judge_fill(key_, stamp, StoreKind::fill, notes);
  }
  void mark_tag(std::uint64_t tag, Severity severity = Severity::remove) {
    const std::uint64_t tags[] = {tag};
    marks_.mark_tags(space_, tags, severity, TimePoint());
  }
  Sweep sweep_of(std::string prefix, Severity severity = Severity::remove) const {
    return {.space = &space_,
            .matches = [prefix](std::string_view key,
                                const EntryNotes*) { return key.starts_with(prefix); },
            .severity = severity};
  }

  const Namespace space_{0, "app"};
  const Namespace other_{1, "other"};
  const KeyView key_{.space = &space_, .text = "user:1", .hash = 1};
  Marks marks_{{.stripes_count = 16, .max_tags = 4, .max_sweeps = 4}};
};

TEST_F(MarksOfOneSpace, hold_while_nothing_happens) {
  const Stamp stamp = marks_.stamp_of(key_);
  EXPECT_EQ(judge(stamp), Verdict::holds);
  EXPECT_TRUE(Marks::is_untouched_since(space_, stamp.epoch));
}

TEST_F(MarksOfOneSpace, a_touch_outdates_fills_that_run_but_no_write_and_no_entry) {
  const Stamp stamp = marks_.stamp_of(key_);
  marks_.touch(key_);
  EXPECT_EQ(judge(stamp), Verdict::invalid);
  EXPECT_EQ(marks_.judge_fill(key_, stamp, StoreKind::write, nullptr), Verdict::holds);
  EXPECT_EQ(marks_.judge_entry(space_, stamp.epoch, nullptr), Verdict::holds);
  EXPECT_EQ(judge(marks_.stamp_of(key_)), Verdict::holds) << "one that begins afterwards";
}

TEST_F(MarksOfOneSpace, a_tag_means_entries_that_carry_it) {
  const Stamp stamp = marks_.stamp_of(key_);
  const EntryNotes carrier = notes_with({blue, red});
  const EntryNotes stranger = notes_with({blue});
  mark_tag(red);
  EXPECT_FALSE(Marks::is_untouched_since(space_, stamp.epoch));
  EXPECT_TRUE(Marks::is_untouched_since(other_, stamp.epoch));
  EXPECT_EQ(judge(stamp, &carrier), Verdict::invalid);
  EXPECT_EQ(marks_.judge_entry(space_, stamp.epoch, &carrier), Verdict::invalid);
  EXPECT_EQ(judge(stamp, &stranger), Verdict::holds);
  EXPECT_EQ(judge(stamp), Verdict::holds);
  EXPECT_EQ(judge(marks_.stamp_of(key_), &carrier), Verdict::holds);
}

TEST_F(MarksOfOneSpace, removing_outweighs_expiring_whichever_came_last) {
  const EntryNotes carrier = notes_with({red});
  const Stamp stamp = marks_.stamp_of(key_);
  mark_tag(red, Severity::expire);
  EXPECT_EQ(judge(stamp, &carrier), Verdict::expired);
  mark_tag(red, Severity::remove);
  mark_tag(red, Severity::expire);
  EXPECT_EQ(judge(stamp, &carrier), Verdict::invalid);
}

TEST_F(MarksOfOneSpace, P6_tells_since_when_an_entry_is_expired) {
  const EntryNotes carrier = notes_with({red});
  const std::uint64_t red_tag[] = {red};
  const std::uint64_t before = marks_.epoch();
  EXPECT_EQ(marks_.expired_since(space_, before, &carrier), TimePoint::max());
  marks_.mark_tags(space_, red_tag, Severity::expire, TimePoint(1s));
  marks_.mark_space(space_, Severity::expire, TimePoint(2s));
  EXPECT_EQ(marks_.expired_since(space_, before, &carrier), TimePoint(2s));
  marks_.mark_tags(space_, red_tag, Severity::expire, TimePoint(3s));
  marks_.mark_tags(space_, red_tag, Severity::remove, TimePoint(4s));
  EXPECT_EQ(marks_.expired_since(space_, before, &carrier), TimePoint(3s));
  EXPECT_EQ(marks_.expired_since(space_, before, nullptr), TimePoint(2s));
  EXPECT_EQ(marks_.expired_since(space_, marks_.epoch(), &carrier), TimePoint::max());
}

TEST_F(MarksOfOneSpace, a_clear_means_everything_of_its_namespace_only) {
  const Stamp stamp = marks_.stamp_of(key_);
  marks_.mark_space(other_, Severity::remove, TimePoint());
  EXPECT_EQ(judge(stamp), Verdict::holds);
  marks_.mark_space(space_, Severity::expire, TimePoint());
  EXPECT_EQ(judge(stamp), Verdict::expired);
  marks_.mark_space(space_, Severity::remove, TimePoint());
  EXPECT_EQ(judge(stamp), Verdict::invalid);
}

TEST_F(MarksOfOneSpace, a_sweep_means_fills_and_writes_that_run_and_match) {
  const Stamp stamp = marks_.stamp_of(key_);
  Sweep elsewhere = sweep_of("order:");
  marks_.mark_sweep(elsewhere);
  EXPECT_EQ(judge(stamp), Verdict::holds);
  Sweep users = sweep_of("user:", Severity::expire);
  marks_.mark_sweep(users);
  EXPECT_EQ(users.before_epoch, marks_.epoch());
  EXPECT_EQ(judge(stamp), Verdict::expired);
  EXPECT_EQ(marks_.judge_fill(key_, stamp, StoreKind::write, nullptr), Verdict::expired);
  EXPECT_EQ(judge(marks_.stamp_of(key_)), Verdict::holds);
}

TEST_F(MarksOfOneSpace, forgotten_tags_count_as_marked_for_entries_that_are_old_enough) {
  const EntryNotes carrier = notes_with({red});
  const EntryNotes stranger = notes_with({blue});
  const Stamp before = marks_.stamp_of(key_);
  mark_tag(red);
  for (std::uint64_t tag = 0; tag < 100; ++tag) mark_tag(tag);
  EXPECT_EQ(judge(before, &carrier), Verdict::invalid);
  EXPECT_EQ(judge(before, &stranger), Verdict::invalid)
      << "it may have been blue that is forgotten";
  EXPECT_EQ(judge(before), Verdict::holds) << "an entry without tags needs no tag remembered";
  EXPECT_EQ(judge(marks_.stamp_of(key_), &carrier), Verdict::holds);
}

TEST_F(MarksOfOneSpace, forgotten_sweeps_count_as_matching) {
  const Stamp before = marks_.stamp_of(key_);
  for (int index = 0; index < 5; ++index) {
    Sweep elsewhere = sweep_of("order:");
    marks_.mark_sweep(elsewhere);
  }
  EXPECT_EQ(judge(before), Verdict::invalid);
  EXPECT_EQ(judge(marks_.stamp_of(key_)), Verdict::holds);
}

TEST_F(MarksOfOneSpace, P11_memory_is_bounded_however_much_is_marked) {
  for (std::uint64_t tag = 0; tag < 10'000; ++tag) {
    mark_tag(tag);
    Sweep sweep = sweep_of("x");
    marks_.mark_sweep(sweep);
  }
  EXPECT_LE(marks_.heap_bytes(), 16 * 4 + 4 * 64 + 4 * sizeof(Sweep));
}

TEST_F(MarksOfOneSpace, P1_who_has_an_epoch_sees_the_marks_up_to_it) {
  // A marker marks red again and again. Whatever epoch another thread sees, an entry from just
  // before the newest mark of the tag up to there is invalid.
  std::atomic<bool> is_over{false};
  std::thread marker([&] {
    for (int round = 0; round < 20'000; ++round) mark_tag(red);
    is_over = true;
  });
  const EntryNotes carrier = notes_with({red});
  while (!is_over) {
    const std::uint64_t seen = marks_.epoch();
    if (seen == 1) continue;  // nothing marked yet
    ASSERT_FALSE(Marks::is_untouched_since(space_, seen - 1));
    ASSERT_EQ(marks_.judge_entry(space_, seen - 1, &carrier), Verdict::invalid);
  }
  marker.join();
}

/// One mark, as an exact record keeps it.
struct Happening {
  enum class Kind { touch, tag, space, sweep } kind = Kind::touch;
  std::size_t space = 0;
  std::uint64_t tag = 0;
  std::string prefix{};
  Severity severity = Severity::remove;
};

/// Two namespaces, three keys, six tags.
class World {
 public:
  explicit World(MarksLimits limits) : marks_(limits) {}

  struct Load {
    std::size_t space = 0;
    std::size_t key = 0;
    Stamp stamp{};
    EntryNotes notes{};
    std::size_t begun_at = 0;  ///< of the record
  };

  Load begin_load() {
    Load load{.space = *rc::gen::inRange<std::size_t>(0, 2),
              .key = *rc::gen::inRange<std::size_t>(0, 3),
              .notes = notes_with(*rc::gen::container<std::vector<std::uint64_t>>(
                  *rc::gen::inRange(0, 3), rc::gen::inRange<std::uint64_t>(0, 6))),
              .begun_at = record_.size()};
    load.stamp = marks_.stamp_of(view(load.space, load.key));
    return load;
  }

  void happen() {
    Happening happening{.kind = static_cast<Happening::Kind>(*rc::gen::inRange(0, 4)),
                        .space = *rc::gen::inRange<std::size_t>(0, 2),
                        .tag = *rc::gen::inRange<std::uint64_t>(0, 6),
                        .prefix = *rc::gen::element<std::string>("a", "b", "ab", "c"),
                        .severity = *rc::gen::element(Severity::expire, Severity::remove)};
    const Namespace& space = spaces_[happening.space];
    switch (happening.kind) {
      case Happening::Kind::touch:
        marks_.touch(view(happening.space, happening.tag % 3));
        break;
      case Happening::Kind::tag: {
        const std::uint64_t tags[] = {tag_of(happening.space, happening.tag)};
        marks_.mark_tags(space, tags, happening.severity, TimePoint());
        break;
      }
      case Happening::Kind::space:
        marks_.mark_space(space, happening.severity, TimePoint());
        break;
      case Happening::Kind::sweep: {
        Sweep sweep{.space = &space,
                    .matches = [prefix = happening.prefix](
                                   std::string_view key,
                                   const EntryNotes*) { return key.starts_with(prefix); },
                    .severity = happening.severity};
        marks_.mark_sweep(sweep);
        break;
      }
    }
    record_.push_back(std::move(happening));
  }

  Verdict judge_fill(Load load) const {
    qualify(load);
    return marks_.judge_fill(view(load.space, load.key), load.stamp, StoreKind::fill, &load.notes);
  }
  Verdict judge_entry(Load load) const {
    qualify(load);
    return marks_.judge_entry(spaces_[load.space], load.stamp.epoch, &load.notes);
  }

  /// What should be said. An entry that is stored already is not meant by touches and sweeps: those
  /// are carried out.
  Verdict expected(const Load& load, bool is_stored) const {
    Verdict verdict = Verdict::holds;
    for (std::size_t index = load.begun_at; index < record_.size(); ++index) {
      const Happening& happening = record_[index];
      if (happening.space != load.space || !concerns(happening, load, is_stored)) continue;
      const bool is_final =
          happening.kind == Happening::Kind::touch || happening.severity == Severity::remove;
      verdict = std::max(verdict, is_final ? Verdict::invalid : Verdict::expired);
    }
    return verdict;
  }

  /// True when nothing that concerns the namespace's entries was marked since.
  bool is_untouched(const Load& load) const {
    return Marks::is_untouched_since(spaces_[load.space], load.stamp.epoch);
  }

 private:
  static constexpr std::string_view keys[] = {"a", "ab", "c"};

  bool concerns(const Happening& happening, const Load& load, bool is_stored) const {
    switch (happening.kind) {
      case Happening::Kind::touch:
        return !is_stored && happening.tag % 3 == load.key;
      case Happening::Kind::tag:
        return std::find(load.notes.tag_hashes.begin(), load.notes.tag_hashes.end(),
                         happening.tag) != load.notes.tag_hashes.end();
      case Happening::Kind::space:
        return true;
      case Happening::Kind::sweep:
        return !is_stored && keys[load.key].starts_with(happening.prefix);
    }
    return false;
  }

  // Hashes as a cache makes them: of namespace and text.
  static std::uint64_t tag_of(std::size_t space, std::uint64_t tag) { return space * 100 + tag; }
  static void qualify(Load& load) {
    for (std::uint64_t& tag : load.notes.tag_hashes) tag = tag_of(load.space, tag);
  }
  KeyView view(std::size_t space, std::size_t key) const {
    return {.space = &spaces_[space], .text = keys[key], .hash = space * 3 + key};
  }

  const Namespace spaces_[2] = {{0, "app"}, {1, "other"}};
  Marks marks_;
  std::vector<Happening> record_{};
};

void run(MarksLimits limits, const std::function<void(const World&, const World::Load&)>& check) {
  World world(limits);
  std::vector<World::Load> loads;
  const int steps_count = *rc::gen::inRange(1, 60);
  for (int step = 0; step < steps_count; ++step) {
    if (*rc::gen::inRange(0, 3) == 0) loads.push_back(world.begin_load());
    world.happen();
  }
  loads.push_back(world.begin_load());
  for (const World::Load& load : loads) check(world, load);
}

RC_GTEST_PROP(Marks, are_exact_while_nothing_is_forgotten, ()) {
  run({.stripes_count = 8, .max_tags = 100, .max_sweeps = 100},
      [](const World& world, const World::Load& load) {
        RC_ASSERT(world.judge_fill(load) == world.expected(load, false));
        RC_ASSERT(world.judge_entry(load) == world.expected(load, true));
        if (world.is_untouched(load)) RC_ASSERT(world.expected(load, true) == Verdict::holds);
      });
}

RC_GTEST_PROP(Marks, P1_discard_too_much_but_never_too_little_when_they_forget, ()) {
  run({.stripes_count = 2, .max_tags = 2, .max_sweeps = 2},
      [](const World& world, const World::Load& load) {
        RC_ASSERT(world.judge_fill(load) >= world.expected(load, false));
        RC_ASSERT(world.judge_entry(load) >= world.expected(load, true));
        if (world.is_untouched(load)) RC_ASSERT(world.expected(load, true) == Verdict::holds);
      });
}

}  // namespace
}  // namespace nacre
