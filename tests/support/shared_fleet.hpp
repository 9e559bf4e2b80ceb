// Several caches over one FakeShared: a fleet of processes on one clock.
#pragma once

#include <memory>
#include <vector>

#include "support/cache_fixture.hpp"
#include "support/fake_shared_tier.hpp"

namespace nacre::test {

/// Two processes, or as many as are asked for, that share a tier.
class Fleet {
 public:
  explicit Fleet(std::size_t processes_count = 2, CacheSetup setup = {})
      : clock(std::make_shared<FakeClock>()), server(clock) {
    for (std::size_t index = 0; index < processes_count; ++index) add(setup);
  }

  /// One more process. `starts_cut`: it begins while the server is away.
  CacheBench& add(CacheSetup setup = {}, bool starts_cut = false) {
    setup.clock = clock;
    setup.connect = [this, starts_cut](const Marks& marks) {
      auto link = server.connect(marks);
      if (starts_cut) link->cut();
      links.push_back(link.get());
      return link;
    };
    benches.push_back(std::make_unique<CacheBench>(std::move(setup)));
    return *benches.back();
  }

  CacheBench& bench(std::size_t index) { return *benches[index]; }
  const Cache& cache(std::size_t index) { return benches[index]->cache; }
  FakeSharedTier& link(std::size_t index) { return *links[index]; }

  void advance(Duration step) {
    clock->advance(step);
    for (const auto& bench : benches) bench->executor->run_all();
  }

  std::shared_ptr<FakeClock> clock;
  FakeShared server;
  std::vector<FakeSharedTier*> links{};
  std::vector<std::unique_ptr<CacheBench>> benches{};
};

}  // namespace nacre::test
