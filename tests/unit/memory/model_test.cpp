// The memory tier against a simple map with times, over random operations.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "coherence/marks.hpp"
#include "memory/memory_tier.hpp"
#include "nacre/fake_clock.hpp"
#include "tier/freshness.hpp"
#include "tier/key.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t seed = 5;
constexpr std::uint64_t key_count = 40;
constexpr std::uint64_t tag_count = 4;

/// What the model knows of one entry.
struct Known {
  std::string bytes;
  Lifetime lifetime;
  std::optional<std::uint64_t> tag;
};

/// A load that runs: begun, and maybe outdated since.
struct Load {
  std::uint64_t key = 0;
  Stamp stamp{};
  std::optional<std::uint64_t> tag;
  bool is_outdated = false;
  bool is_expired = false;
};

/// Both, side by side. The tier is so large that nothing is evicted.
class SideBySide {
 public:
  explicit SideBySide(std::uint64_t random_seed, std::size_t shard_count)
      : random_(random_seed),
        tier_({.limits = {.max_bytes = std::size_t{8} << 20},
               .hash_seed = seed,
               .shard_count = shard_count},
              marks_, clock_, nullptr) {}

  void step() {
    switch (below(random_, 14)) {
      case 0:
      case 1:
        begin_load();
        break;
      case 2:
      case 3:
      case 4:
        end_load();
        break;
      case 5:
        write();
        break;
      case 6:
        remove();
        break;
      case 7:
        expire();
        break;
      case 8:
        extend();
        break;
      case 9:
        mark_tag();
        break;
      case 10:
        if (below(random_, 4) == 0) mark_space();
        break;
      case 11:
        if (below(random_, 2) == 0) sweep();
        break;
      default:
        clock_.advance(Duration(below(random_, 4'000)) * 1'000'000);
    }
    compare();
  }

 private:
  static std::string text_of(std::uint64_t number) { return "key:" + std::to_string(number); }
  KeyView key(const std::string& text) const {
    return {&space_, text, hash_key(space_, text, seed)};
  }
  static std::string tag_of(std::uint64_t tag) { return "tag" + std::to_string(tag); }
  std::uint64_t tag_hash(std::uint64_t tag) const { return hash_tag(space_, tag_of(tag), seed); }

  bool is_live(const Known& known) const {
    return freshness_of(known.lifetime, clock_.now()) != Freshness::expired;
  }
  void forget_dead() {
    std::erase_if(known_, [this](const auto& each) { return !is_live(each.second); });
  }
  void make_stale(Lifetime& lifetime) const {
    lifetime.fresh_until = std::min(lifetime.fresh_until, clock_.now());
    lifetime.stale_while_revalidate = 0s;
  }

  Lifetime draw_lifetime() {
    const TimePoint end = clock_.now() + Duration(below(random_, 5'000) * 1ms);
    return {.loaded_at = clock_.now(),
            .fresh_until = below(random_, 10) == 0 ? TimePoint::max() : end,
            .stale_while_revalidate = below(random_, 3) * 700ms,
            .stale_if_error = below(random_, 3) * 1'500ms};
  }
  std::optional<std::uint64_t> draw_tag() {
    if (below(random_, 2) == 0) return std::nullopt;
    return below(random_, tag_count);
  }

  Entry entry_for(const Known& known, const Stamp& stamp) const {
    Entry entry{
        .value = Value::from_bytes(known.bytes), .lifetime = known.lifetime, .stamp = stamp};
    if (known.tag) {
      entry.notes =
          NotesRef::make({.tags = {tag_of(*known.tag)}, .tag_hashes = {tag_hash(*known.tag)}});
    }
    return entry;
  }
  std::string draw_bytes() {
    return std::to_string(++version_) + std::string(below(random_, 300), '.');
  }

  void begin_load() {
    if (loads_.size() >= 8) return;
    Load load{.key = below(random_, key_count), .tag = draw_tag()};
    load.stamp = marks_.stamp_of(key(text_of(load.key)));
    loads_.push_back(load);
  }

  void end_load() {
    if (loads_.empty()) return;
    const auto chosen = loads_.begin() + static_cast<std::ptrdiff_t>(below(random_, loads_.size()));
    const Load load = *chosen;
    loads_.erase(chosen);
    Known known{.bytes = draw_bytes(), .lifetime = draw_lifetime(), .tag = load.tag};
    const std::string text = text_of(load.key);
    const StoreReply reply =
        tier_.store_now(key(text), entry_for(known, load.stamp), StoreKind::fill);
    // The stripes are so many that two keys share none here.
    RC_ASSERT(reply == (load.is_outdated ? StoreReply::outdated : StoreReply::stored));
    if (load.is_outdated) return;
    if (load.is_expired) make_stale(known.lifetime);
    known_[text] = known;
  }

  void touch(std::uint64_t number) {
    marks_.touch(key(text_of(number)));
    for (Load& load : loads_) load.is_outdated |= load.key == number;
  }

  void write() {
    const std::uint64_t number = below(random_, key_count);
    const std::string text = text_of(number);
    const Stamp stamp = marks_.stamp_of(key(text));
    // The tier itself touches the stripe of a write.
    for (Load& load : loads_) load.is_outdated |= load.key == number;
    const Known known{.bytes = draw_bytes(), .lifetime = draw_lifetime(), .tag = draw_tag()};
    RC_ASSERT(tier_.store_now(key(text), entry_for(known, stamp), StoreKind::write) ==
              StoreReply::stored);
    known_[text] = known;
  }

  void remove() {
    const std::uint64_t number = below(random_, key_count);
    forget_dead();
    touch(number);
    RC_ASSERT(tier_.update_now(key(text_of(number)), {.kind = Update::Kind::remove}) ==
              (known_.erase(text_of(number)) == 1));
  }

  void expire() {
    const std::uint64_t number = below(random_, key_count);
    forget_dead();
    touch(number);
    const auto found = known_.find(text_of(number));
    RC_ASSERT(tier_.update_now(key(text_of(number)), {.kind = Update::Kind::expire}) ==
              (found != known_.end()));
    if (found != known_.end()) make_stale(found->second.lifetime);
  }

  void extend() {
    const std::uint64_t number = below(random_, key_count);
    forget_dead();
    touch(number);
    const TimePoint until = clock_.now() + below(random_, 9'000) * 1ms;
    const auto found = known_.find(text_of(number));
    RC_ASSERT(tier_.update_now(key(text_of(number)),
                               {.kind = Update::Kind::extend, .fresh_until = until}) ==
              (found != known_.end()));
    if (found != known_.end()) found->second.lifetime.fresh_until = until;
  }

  template <class IsMeant>
  void apply(Severity severity, IsMeant is_meant) {
    for (auto each = known_.begin(); each != known_.end();) {
      if (!is_meant(each->first, each->second.tag)) {
        ++each;
      } else if (severity == Severity::remove) {
        each = known_.erase(each);
      } else {
        make_stale((each++)->second.lifetime);
      }
    }
    for (Load& load : loads_) {
      if (!is_meant(text_of(load.key), load.tag)) continue;
      (severity == Severity::remove ? load.is_outdated : load.is_expired) = true;
    }
  }

  Severity draw_severity() { return below(random_, 2) == 0 ? Severity::expire : Severity::remove; }

  void mark_tag() {
    const std::uint64_t tag = below(random_, tag_count);
    const Severity severity = draw_severity();
    const std::uint64_t hash = tag_hash(tag);
    marks_.mark_tags(space_, {&hash, 1}, severity, clock_.now());
    apply(severity,
          [tag](const std::string&, std::optional<std::uint64_t> own) { return own == tag; });
  }

  void mark_space() {
    const Severity severity = draw_severity();
    marks_.mark_space(space_, severity, clock_.now());
    apply(severity, [](const std::string&, std::optional<std::uint64_t>) { return true; });
  }

  void sweep() {
    const Severity severity = draw_severity();
    const std::string prefix = "key:" + std::to_string(1 + below(random_, 3));
    forget_dead();
    Sweep sweep{.space = &space_,
                .matches = [prefix](std::string_view text,
                                    const EntryNotes*) { return text.starts_with(prefix); },
                .severity = severity};
    marks_.mark_sweep(sweep);
    std::uint64_t swept = 0;
    tier_.sweep(sweep, [&swept](std::uint64_t count) { swept = count; });
    const auto expected = std::count_if(known_.begin(), known_.end(), [&prefix](const auto& each) {
      return each.first.starts_with(prefix);
    });
    RC_ASSERT(swept == static_cast<std::uint64_t>(expected));
    apply(severity, [&prefix](const std::string& text, std::optional<std::uint64_t>) {
      return text.starts_with(prefix);
    });
  }

  /// Every step looks at every key: an entry that a mark expired is stale from then on, and so its
  /// window begins where the model's does.
  void compare() {
    for (std::uint64_t number = 0; number < key_count; ++number) {
      const std::string text = text_of(number);
      TierReply reply;
      tier_.find_now(key(text), reply);
      const auto found = known_.find(text);
      const bool is_known = found != known_.end() && is_live(found->second);
      RC_ASSERT((reply.state == TierReply::State::found) == is_known);
      if (!is_known) continue;
      const Known& known = found->second;
      RC_ASSERT(reply.entry.value.bytes() == known.bytes);
      RC_ASSERT(freshness_of(reply.entry.lifetime, clock_.now()) ==
                freshness_of(known.lifetime, clock_.now()));
      RC_ASSERT(usable_until(reply.entry.lifetime) <= usable_until(known.lifetime));
      RC_ASSERT(static_cast<bool>(reply.entry.notes) == known.tag.has_value());
    }
    tier_.check_invariants();
  }

  SeededRandom random_;
  FakeClock clock_;
  Marks marks_;
  detail::Namespace space_{1, "app"};
  std::map<std::string, Known> known_;
  std::vector<Load> loads_;
  int version_ = 0;
  MemoryTier tier_;
};

RC_GTEST_PROP(MemoryTierModel, does_what_a_map_with_times_does,
              (std::uint64_t random_seed, bool has_shards)) {
  SideBySide both(random_seed, has_shards ? 4 : 1);
  for (int step = 0; step < 200; ++step) both.step();
}

}  // namespace
}  // namespace nacre
