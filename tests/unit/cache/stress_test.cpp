// Readers, loaders, writers and invalidators on real threads and the machine's clock, with values
// that say what they are. NACRE_SOAK in the environment makes it run much longer.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/hash.hpp"
#include "base/random.hpp"
#include "nacre/async_cache.hpp"
#include "nacre/cache.hpp"
#include "nacre/error.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t keys_count = 48;
constexpr std::size_t max_padding_bytes = 40'000;  // so that a cache of 1 MiB evicts

/// A value that tells which key and version it is of, and whether it is whole.
struct Record {
  std::size_t key = 0;
  std::uint64_t version = 0;
  std::string padding{};
  std::uint64_t checksum = 0;

  static Record make(std::size_t key, std::uint64_t version) {
    Record record{.key = key,
                  .version = version,
                  .padding = std::string(version * 977 % max_padding_bytes, 'x')};
    record.checksum = record.sum();
    return record;
  }
  std::uint64_t sum() const { return hash_bytes(padding, key * 1'000'003 + version); }
};

}  // namespace

template <>
struct Weight<Record> {
  static std::size_t owned_bytes(const Record& record) noexcept {
    return Weight<std::string>::owned_bytes(record.padding);
  }
};

namespace {

std::string key_text(std::size_t key) {
  return "k" + std::to_string(key);
}

/// The origin, what was invalidated, and everything that must never be seen.
class Stress : public testing::Test {
 protected:
  struct Slot {
    std::mutex writing;  ///< one writer of a key at a time, so that versions are written in order
    std::atomic<std::uint64_t> origin{1};
    std::atomic<std::uint64_t> invalidated{0};  ///< what was older when an invalidation returned
    std::atomic<int> loaders{0};
  };

  Record load(std::size_t key) {
    Slot& slot = slots_[key];
    if (slot.loaders.fetch_add(1) != 0) ++two_loaders_;
    const Record record = Record::make(key, slot.origin);
    if (record.version % 8 == 0) std::this_thread::yield();
    slot.loaders.fetch_sub(1);
    return record;
  }

  void check(std::size_t key, std::uint64_t least, const Record& record) {
    ++values_;
    if (record.key != key) ++wrong_keys_;
    if (record.sum() != record.checksum) ++torn_;
    if (record.version < least) ++resurrected_;
  }

  Options options_of(std::size_t key) const {
    return {.ttl = 2ms,
            .stale_while_revalidate = 20ms,
            .negative_ttl = 1ms,
            .tags = {"all", "t" + std::to_string(key % 4)}};
  }

  void read(Random& random) {
    const std::size_t key = below(random, keys_count);
    const std::uint64_t least = slots_[key].invalidated;
    const std::uint64_t kind = below(random, 8);
    if (kind == 0) {
      if (const auto found = cache_.get<Record>(key_text(key))) check(key, least, *found);
      return;
    }
    Options options = options_of(key);
    if (kind == 1) options.timeout = 100us;
    if (kind == 2) {
      return cache_.async().get_or_load<Record>(
          key_text(key),
          [this, key](const LoadContext&, const LoadCompletion<Record>& completion) {
            completion.complete(Loaded<Record>::value(load(key)));
          },
          options,
          [this, key, least](const Outcome<Lookup<Record>>& found) {
            found ? check(key, least, *found.value()) : count(found.error());
          });
    }
    try {
      check(key, least,
            *cache_.get_or_load(key_text(key), [this, key] { return load(key); }, options));
    } catch (const Error& error) {
      count(error);
    }
  }

  void count(const Error& error) {
    if (error.code() != Errc::load_timeout) ++errors_;
  }

  void write(Random& random) {
    const std::size_t key = below(random, keys_count);
    Slot& slot = slots_[key];
    const std::lock_guard lock(slot.writing);
    const std::uint64_t version = ++slot.origin;
    switch (below(random, 8)) {
      case 0:
        cache_.set(key_text(key), Record::make(key, version), options_of(key));
        break;
      case 1:
        cache_.invalidate(by_tag("t" + std::to_string(key % 4)));
        break;
      case 2:
        cache_.invalidate(by_tags({"all", "t" + std::to_string(key % 4)}, Match::all));
        break;
      case 3:
        cache_.invalidate(by_prefix(key_text(key)));
        break;
      case 4:
        cache_.invalidate(by_pattern("k*" + std::to_string(key % 10)));
        break;
      case 5:
        cache_.clear();
        break;
      case 6:
        cache_.invalidate(by_keys({key_text(key), "other"}));
        break;
      default:
        cache_.remove(key_text(key));
    }
    slot.invalidated = version;
  }

  /// Two writers make `writes_count` changes each while four readers read.
  void run(std::uint64_t writes_count) {
    std::atomic<int> writers_left{2};
    std::vector<std::thread> threads;
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
      threads.emplace_back([this, seed, writes_count, &writers_left] {
        SeededRandom random(seed);
        for (std::uint64_t index = 0; index < writes_count; ++index) {
          write(random);
          std::this_thread::yield();
        }
        --writers_left;
      });
    }
    for (std::uint64_t seed = 10; seed < 14; ++seed) {
      threads.emplace_back([this, seed, &writers_left] {
        SeededRandom random(seed);
        while (writers_left > 0) read(random);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  std::array<Slot, keys_count> slots_{};
  std::atomic<std::uint64_t> values_{0};
  std::atomic<std::uint64_t> two_loaders_{0};
  std::atomic<std::uint64_t> wrong_keys_{0};
  std::atomic<std::uint64_t> torn_{0};
  std::atomic<std::uint64_t> resurrected_{0};
  std::atomic<std::uint64_t> errors_{0};
  std::atomic<std::uint64_t> removals_{0};
  // The last member: it is gone, and all its loads with it, before what they use goes.
  Cache cache_{{.memory = {.max_bytes = 1 << 20},
                .executor = {},
                .on_removal = [this](const Removal&) { ++removals_; }}};
};

TEST_F(Stress, P1_P5_nothing_old_or_torn_is_read_and_no_key_is_loaded_twice_at_once) {
  const bool is_soak = std::getenv("NACRE_SOAK") != nullptr;
  // How often loads and invalidations cross is the scheduler's: until they have, and it was full.
  const auto has_crossed = [this] {
    return cache_.stats().dropped_fills > 0 && cache_.stats().evicted > 0 && values_ > 1000;
  };
  for (int round = 0; round < 50 && (round == 0 || !has_crossed()); ++round) {
    run(is_soak ? 500'000 : 40'000);
  }
  EXPECT_NO_THROW(cache_.shutdown(30s));
  EXPECT_EQ(resurrected_, 0u) << "older than an invalidation that had returned";
  EXPECT_EQ(two_loaders_, 0u);
  EXPECT_EQ(wrong_keys_, 0u);
  EXPECT_EQ(torn_, 0u);
  EXPECT_EQ(errors_, 0u);
  EXPECT_GT(values_, 1000u);
  const CacheStats stats = cache_.stats();
  EXPECT_GT(stats.dropped_fills, 0u) << "nothing has crossed";
  EXPECT_GT(stats.evicted, 0u);
  EXPECT_EQ(stats.running_loads, 0u);
  EXPECT_LE(stats.bytes, stats.max_bytes);
}

}  // namespace
}  // namespace nacre
