#include "memory/memory_tier.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "base/glob.hpp"
#include "base/sequence_point.hpp"
#include "memory/cursor.hpp"

namespace nacre {

namespace {

using namespace memory;

constexpr std::size_t max_shards = 1024;

/// Namespaces and the tier itself; what more than 512 namespaces take is not counted in the shares.
constexpr std::size_t fixed_bytes = sizeof(MemoryTier) + 2 * 2048;

/// What one entry may take of its shard, at most: beyond that it would push out all others.
constexpr std::size_t max_entry_of(std::size_t shard_bytes) {
  return shard_bytes / 4 * 3;
}

/// What an entry may cost beside its value: node, key, notes and rounding.
constexpr std::size_t entry_overhead_bytes = std::size_t{64} << 10;

/// `count` shards, or fewer where each would be too small for the largest value.
std::size_t with_room_for(std::size_t max_value_bytes, std::size_t max_bytes, std::size_t count) {
  const std::size_t needed = max_value_bytes + entry_overhead_bytes;
  while (count > 1 && max_entry_of((max_bytes - fixed_bytes) / count) < needed) count /= 2;
  return count;
}

}  // namespace

std::size_t MemoryTier::chosen_shard_count(const MemoryOptions& limits, std::size_t core_count) {
  constexpr std::size_t bytes_a_shard = std::size_t{16} << 20;
  constexpr std::size_t entries_a_shard = 8192;
  constexpr std::size_t max_bytes_a_shard = std::size_t{16} << 30;
  const std::size_t by_bytes = limits.max_bytes / bytes_a_shard;
  const std::size_t by_entries =
      limits.max_entries == 0 ? max_shards : limits.max_entries / entries_a_shard;
  const std::size_t by_cores = 8 * std::max<std::size_t>(1, core_count);
  const std::size_t wanted =
      std::max<std::size_t>(1, std::min({by_bytes, by_entries, by_cores, max_shards}));
  const std::size_t needed = (limits.max_bytes + max_bytes_a_shard - 1) / max_bytes_a_shard;
  return std::min(max_shards, std::max(std::bit_floor(wanted), std::bit_ceil(needed)));
}

bool MemoryTier::is_cursor(std::string_view text) noexcept {
  return parse_cursor(text).has_value();
}

MemoryTier::MemoryTier(const MemoryTierOptions& options, const Marks& marks, Clock& clock,
                       RemovalSink on_removal)
    : clock_(clock),
      on_removal_(std::move(on_removal)),
      max_bytes_(options.limits.max_bytes),
      context_{.marks = marks,
               .spaces = spaces_,
               .scale = TimeScale(clock.now()),
               .hash_seed = options.hash_seed},
      ticker_(clock, context_.scale, [this](TimePoint now) { return expire(now); }) {
  const std::size_t count =
      options.shard_count != 0
          ? options.shard_count
          : with_room_for(options.max_value_bytes, max_bytes_,
                          chosen_shard_count(options.limits, std::thread::hardware_concurrency()));
  NACRE_CHECK(std::has_single_bit(count) && count <= max_shards);
  NACRE_CHECK(max_bytes_ > fixed_bytes);
  NACRE_CHECK(options.limits.max_entries == 0 || options.limits.max_entries >= count);
  shard_shift_ = 63u - static_cast<unsigned>(std::countr_zero(count));
  const std::size_t share = (max_bytes_ - fixed_bytes) / count;
  const ShardLimits limits{.max_bytes = share - (sizeof(Shard) - sizeof(ShardCore)),
                           .max_entries = options.limits.max_entries / count,
                           .max_entry_bytes = max_entry_of(share)};
  shards_.reserve(count);
  for (std::size_t index = 0; index < count; ++index) {
    shards_.push_back(std::make_unique<Shard>(context_, limits, on_removal_));
  }
}

MemoryTier::~MemoryTier() = default;

bool MemoryTier::find(const KeyView& key, Deadline /*deadline*/, TierReply& reply,
                      const FindDone& /*done*/) {
  find_now(key, reply);
  return true;
}

StoreReply MemoryTier::store_now(const KeyView& key, Entry entry, StoreKind kind) {
  NACRE_CHECK(key.hash == hash_key(*key.space, key.text, context_.hash_seed));
  NACRE_SEQUENCE_POINT("memory.store.before_commit");
  spaces_.learn(*key.space);
  Tick next_tick = no_tick;
  const StoreReply reply =
      shard_of(key).store(key, std::move(entry), kind, clock_.coarse_now(), next_tick);
  ticker_.want(next_tick);
  NACRE_SEQUENCE_POINT("memory.store.after_commit");
  return reply;
}

void MemoryTier::store(const KeyView& key, Entry entry, StoreKind kind, const StoreDone& done) {
  done(store_now(key, std::move(entry), kind));
}

bool MemoryTier::update_now(const KeyView& key, const Update& update) {
  NACRE_SEQUENCE_POINT("memory.update.before");
  Tick next_tick = no_tick;
  const bool was_present = shard_of(key).update(key, update, clock_.coarse_now(), next_tick);
  ticker_.want(next_tick);
  return was_present;
}

void MemoryTier::update(const KeyView& key, const Update& update, const UpdateDone& done) {
  done(update_now(key, update));
}

void MemoryTier::sweep(const Sweep& sweep, const SweepDone& done) {
  std::uint64_t swept_count = 0;
  for (const std::unique_ptr<Shard>& shard : shards_) {
    Tick next_tick = no_tick;
    swept_count += shard->sweep(sweep, clock_.coarse_now(), next_tick);
    ticker_.want(next_tick);
  }
  done(swept_count);
}

void MemoryTier::list(const Namespace& space, const KeyQuery& query, const ListDone& done) {
  done(list_page(space, query));
}

std::optional<KeyPage> MemoryTier::list_page(const Namespace& space, const KeyQuery& query) const {
  const std::optional<Cursor> from = parse_cursor(query.cursor);
  if (!from || from->shard >= shards_.size()) return std::nullopt;
  KeyPage page;
  if (!query.key.empty()) {
    const KeyView key{&space, query.key, hash_key(space, query.key, context_.hash_seed)};
    if (auto only = shard_of(key).inspect(key, clock_.coarse_now())) {
      page.entries.push_back(std::move(*only));
    }
    return page;
  }
  std::optional<Glob> pattern;
  if (!query.pattern.empty()) {
    const Parsed<Glob> parsed = Glob::parse(query.pattern);
    if (!parsed) return page;
    pattern = *parsed;
  }
  const ListFilter filter{.space = &space,
                          .prefix = query.prefix,
                          .pattern = pattern ? &*pattern : nullptr,
                          .state = query.state};
  const std::size_t limit = std::max<std::size_t>(1, query.limit);
  std::uint64_t position = from->position;
  for (std::uint32_t index = from->shard; index < shards_.size(); ++index) {
    position = shards_[index]->list(filter, position, clock_.coarse_now(), limit, page.entries);
    if (position != 0) {
      page.cursor = format_cursor({.shard = index, .position = position});
      break;
    }
    if (page.entries.size() >= limit && index + 1 < shards_.size()) {
      page.cursor = format_cursor({.shard = index + 1, .position = 0});
      break;
    }
  }
  return page;
}

Tick MemoryTier::expire(TimePoint now) {
  // A run is on the clock's thread, where other timers wait: it does a few milliseconds of work at
  // most and then asks to come again at once.
  constexpr std::size_t max_slices_a_run = 16;
  const std::size_t slices_a_shard = std::max<std::size_t>(1, max_slices_a_run / shards_.size());
  Tick next = no_tick;
  for (const std::unique_ptr<Shard>& shard : shards_) {
    next = std::min(next, shard->expire(now, slices_a_shard));
  }
  return next;
}

TierUsage MemoryTier::usage() const {
  TierUsage usage{.bytes = sizeof(*this) + spaces_.heap_bytes(), .max_bytes = max_bytes_};
  for (const std::unique_ptr<Shard>& shard : shards_) shard->add_usage(usage);
  return usage;
}

void MemoryTier::check_invariants() const {
  for (const std::unique_ptr<Shard>& shard : shards_) shard->check_invariants();
  NACRE_CHECK(usage().bytes <= max_bytes_);
}

}  // namespace nacre
