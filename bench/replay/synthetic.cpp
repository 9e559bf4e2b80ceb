#include "synthetic.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/hash.hpp"
#include "base/random.hpp"

namespace nacre::replay {

namespace {

using Keys = std::vector<std::uint64_t>;

/// Ranks by Zipf's law, by looking up in the sums. Sums are rounded to whole numbers, so that the
/// last bit of pow() does not decide who is drawn.
class Zipf final {
 public:
  Zipf(std::size_t key_count, double skew) : sums_(key_count) {
    double sum = 0;
    for (std::size_t rank = 0; rank < key_count; ++rank) {
      sum += std::round(1e9 / std::pow(static_cast<double>(rank + 1), skew)) + 1;
      sums_[rank] = static_cast<std::uint64_t>(sum);
    }
  }

  std::uint64_t draw(Random& random) const {
    const std::uint64_t point = below(random, sums_.back());
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), point);
    return static_cast<std::uint64_t>(found - sums_.begin());
  }

 private:
  std::vector<std::uint64_t> sums_;
};

template <int skew_percent>
Keys zipf(std::size_t length, std::uint64_t seed) {
  SeededRandom random(seed);
  const Zipf ranks(length / 8, skew_percent / 100.0);
  Keys keys;
  while (keys.size() < length) keys.push_back(ranks.draw(random));
  return keys;
}

/// Distances back in time, each octave as likely as the next: what programs and people do.
Keys recency(std::size_t length, std::uint64_t seed) {
  SeededRandom random(seed);
  Keys keys;
  std::uint64_t fresh = 0;
  while (keys.size() < length) {
    if (keys.size() < 16 || below(random, 100) < 6) {
      keys.push_back(fresh++);
      continue;
    }
    const double octaves = uniform01(random) * 15;
    const auto distance = static_cast<std::size_t>(std::exp2(octaves));
    keys.push_back(distance < keys.size() ? keys[keys.size() - 1 - distance] : fresh++);
  }
  return keys;
}

/// Each key thrice within a short time, never again.
Keys bursts(std::size_t length, std::uint64_t seed) {
  SeededRandom random(seed);
  Keys keys(length);
  constexpr std::uint64_t none = ~std::uint64_t{0};
  std::fill(keys.begin(), keys.end(), none);
  std::uint64_t fresh = 0;
  for (std::size_t at = 0; at < length; ++at) {
    if (keys[at] != none) continue;
    keys[at] = fresh;
    for (int repeat = 0; repeat < 2; ++repeat) {
      const std::size_t later = at + 1 + below(random, 400);
      if (later < length && keys[later] == none) keys[later] = fresh;
    }
    ++fresh;
  }
  return keys;
}

/// Seven of ten accesses are to keys that never come back.
Keys one_hit_wonders(std::size_t length, std::uint64_t seed) {
  SeededRandom random(seed);
  const Zipf ranks(length / 16, 0.9);
  Keys keys;
  std::uint64_t fresh = length;
  while (keys.size() < length) {
    keys.push_back(below(random, 10) < 7 ? fresh++ : ranks.draw(random));
  }
  return keys;
}

/// Popular keys, and now and then a scan over a range that is read again much later.
Keys scans(std::size_t length, std::uint64_t seed) {
  SeededRandom random(seed);
  const Zipf ranks(length / 20, 0.9);
  const std::uint64_t scanned = length / 20;
  Keys keys;
  while (keys.size() < length) {
    for (std::size_t step = 0; step < length / 40; ++step) keys.push_back(ranks.draw(random));
    const std::uint64_t from = below(random, scanned);
    for (std::size_t step = 0; step < length / 80; ++step) {
      keys.push_back(length + (from + step) % scanned);
    }
  }
  keys.resize(length);
  return keys;
}

/// A loop, larger than the caches under test.
Keys loop(std::size_t length, std::uint64_t seed) {
  Keys keys;
  const std::uint64_t size = length / 20;
  while (keys.size() < length) keys.push_back((keys.size() + seed) % size);
  return keys;
}

/// Loops of many sizes, one after another and back again, beside a few popular keys.
Keys loops(std::size_t length, std::uint64_t seed) {
  SeededRandom random(seed);
  const Zipf ranks(length / 80, 0.8);
  Keys keys;
  while (keys.size() < length) {
    const std::uint64_t which = below(random, 6);
    const std::uint64_t size = (length / 400) << which;
    const std::uint64_t rounds = 1 + below(random, 5);
    for (std::uint64_t step = 0; step < size * rounds; ++step) {
      keys.push_back(length * (which + 1) + step % size);
      if (below(random, 4) == 0) keys.push_back(ranks.draw(random));
    }
  }
  keys.resize(length);
  return keys;
}

/// Forward and back again over one range: the last seen comes first.
Keys zigzag(std::size_t length, std::uint64_t seed) {
  Keys keys;
  const std::uint64_t size = length / 20;
  while (keys.size() < length) {
    const std::uint64_t step = (keys.size() + seed) % (2 * size);
    keys.push_back(step < size ? step : 2 * size - 1 - step);
  }
  return keys;
}

/// Popular keys that are all replaced ten times.
Keys phases(std::size_t length, std::uint64_t seed) {
  SeededRandom random(seed);
  const Zipf ranks(length / 40, 0.9);
  Keys keys;
  while (keys.size() < length) {
    const std::uint64_t phase = keys.size() / (length / 10);
    keys.push_back(phase % 7 * length + ranks.draw(random));
  }
  return keys;
}

/// The kinds by turns: popular keys, a loop, recent keys.
Keys changes(std::size_t length, std::uint64_t seed) {
  const std::size_t part = length / 8;
  Keys keys;
  for (std::uint64_t turn = 0; keys.size() < length; ++turn) {
    Keys drawn = turn % 3 == 0   ? zipf<90>(part, seed)
                 : turn % 3 == 1 ? loop(part, 0)
                                 : recency(part, seed + turn);
    for (const std::uint64_t key : drawn) keys.push_back(key + turn % 3 * length * 8);
  }
  keys.resize(length);
  return keys;
}

/// A web site: new pages are born popular and fade; old ones have a long tail.
Keys web_drift(std::size_t length, std::uint64_t seed) {
  SeededRandom random(seed);
  const std::uint64_t archive = length / 10;
  const Zipf ranks(archive, 0.8);
  const Zipf ages(archive, 1.1);
  Keys keys;
  std::uint64_t newest = archive;
  while (keys.size() < length) {
    if (below(random, 16) == 0) ++newest;
    const bool is_news = below(random, 2) == 0;
    keys.push_back(is_news ? newest - std::min(newest, ages.draw(random))
                           : length + mix_bits(ranks.draw(random)) % (4 * archive));
  }
  return keys;
}

/// A disk below a file cache: runs of blocks from popular places that drift, re-read after long.
Keys blocks(std::size_t length, std::uint64_t seed) {
  SeededRandom random(seed);
  const std::uint64_t extents = length / 60;
  const Zipf ranks(extents, 0.7);
  Keys keys;
  while (keys.size() < length) {
    const std::uint64_t drift = keys.size() / (length / 50) * (extents / 200);
    const std::uint64_t place = mix_bits(ranks.draw(random) + drift) % extents;
    const std::uint64_t run = 1 + below(random, 16) * (below(random, 4) == 0 ? 4 : 1);
    for (std::uint64_t step = 0; step < run; ++step) keys.push_back(place * 16 + step);
  }
  keys.resize(length);
  return keys;
}

/// Searches: each file of a tree is read again after a pause of its own.
Keys periodic(std::size_t length, std::uint64_t seed) {
  SeededRandom random(seed);
  const std::size_t key_count = length / 12;
  struct Due {
    std::uint64_t at;
    std::uint64_t key;
    bool operator<(const Due& other) const { return at > other.at; }
  };
  std::vector<Due> heap;
  std::vector<std::uint64_t> periods(key_count);
  for (std::uint64_t key = 0; key < key_count; ++key) {
    const double octaves = uniform01(random) * 7;
    periods[key] =
        static_cast<std::uint64_t>(static_cast<double>(key_count) / 16 * std::exp2(octaves));
    heap.push_back({below(random, periods[key]), key});
  }
  std::make_heap(heap.begin(), heap.end());
  Keys keys;
  while (keys.size() < length) {
    std::pop_heap(heap.begin(), heap.end());
    Due& due = heap.back();
    keys.push_back(due.key);
    due.at += periods[due.key] - periods[due.key] / 20 + below(random, 1 + periods[due.key] / 10);
    std::push_heap(heap.begin(), heap.end());
  }
  return keys;
}

}  // namespace

const std::vector<SyntheticSpec>& synthetic_suite() {
  static const std::vector<SyntheticSpec> suite = {
      {.name = "zipf-0.7", .draw = zipf<70>},
      {.name = "zipf-0.9", .draw = zipf<90>},
      {.name = "zipf-1.0", .draw = zipf<100>},
      {.name = "zipf-1.2", .draw = zipf<120>},
      {.name = "recency", .draw = recency},
      {.name = "bursts", .draw = bursts},
      {.name = "one-hit-wonders", .draw = one_hit_wonders},
      {.name = "scans", .draw = scans},
      {.name = "loop", .draw = loop},
      {.name = "loops", .draw = loops},
      {.name = "zigzag", .draw = zigzag},
      {.name = "phases", .draw = phases},
      {.name = "changes", .draw = changes},
      {.name = "web-drift", .draw = web_drift},
      {.name = "blocks", .draw = blocks},
      {.name = "periodic", .draw = periodic},
  };
  return suite;
}

Trace make_synthetic(const SyntheticSpec& spec, std::size_t length, std::uint64_t seed) {
  return trace_of(std::string(spec.name), spec.draw(length, seed));
}

}  // namespace nacre::replay
