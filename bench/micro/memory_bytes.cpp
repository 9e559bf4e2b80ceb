// nacre-bench-bytes: what one entry of the memory tier costs beside its key and value, as RSS.
//
// Keys of 16 bytes, values of 64 bytes made by Value::from_bytes, all with a ttl. "Bookkeeping" is
// the growth of the process less key and value bytes, so it holds the value's header and malloc.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "memory/memory_tier.hpp"
#include "memory_keys.hpp"
#include "nacre/clock.hpp"
#include "tier/key.hpp"

namespace {

using namespace nacre;

constexpr std::uint64_t seed = 42;
constexpr std::size_t value_bytes = 64;

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total_pages = 0;
  std::size_t resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void fill(MemoryTier& tier, const detail::Namespace& space, const Marks& marks, Clock& clock,
          std::size_t count) {
  const std::string payload(value_bytes, 'v');
  for (std::size_t number = 0; number < count; ++number) {
    const std::string text = fmt::format("user:{:011d}", number);
    const KeyView key{&space, text, hash_key(space, text, seed)};
    const TimePoint now = clock.now();
    Entry entry{.value = Value::from_bytes(payload), .stamp = marks.stamp_of(key)};
    entry.lifetime = {
        .loaded_at = now,
        .fresh_until = now + std::chrono::hours(1) + std::chrono::milliseconds(number % 360'000),
        .stale_if_error = std::chrono::hours(1)};
    tier.store_now(key, std::move(entry), StoreKind::fill);
  }
}

void report(std::string_view label, const MemoryTier& tier, std::size_t before, std::size_t after) {
  const TierUsage usage = tier.usage();
  const auto count = static_cast<double>(usage.entries_count);
  const double own_bytes = count * (16 + value_bytes);
  fmt::print(
      "{:<34} {:>9} entries  RSS {:6.1f} B/entry  bookkeeping {:5.1f} B/entry  counted "
      "{:5.1f} B/entry  RSS/counted {:5.3f}\n",
      label, usage.entries_count, static_cast<double>(after - before) / count,
      (static_cast<double>(after - before) - own_bytes) / count,
      (static_cast<double>(usage.bytes) - own_bytes) / count,
      static_cast<double>(after - before) / static_cast<double>(usage.bytes));
}

void measure(std::string_view label, std::size_t max_bytes, std::size_t count) {
  const std::shared_ptr<Clock> clock = make_system_clock();
  const Marks marks;
  const detail::Namespace space(1, "bench");
  const std::size_t before = resident_bytes();
  MemoryTier tier({.limits = {.max_bytes = max_bytes}, .hash_seed = seed}, marks, *clock, nullptr);
  fill(tier, space, marks, *clock, count);
  report(label, tier, before, resident_bytes());
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  // Apart, because freed memory of one would hide what the other takes.
  if (argc > 2 && std::string_view(argv[2]) == "full") {
    measure("full, three times over", std::size_t{128} << 20, count * 3);
  } else {
    measure("all fit", std::size_t{1} << 30, count);
  }
  return 0;
}
