#include "nacre/async_cache.hpp"

#include <utility>

#include "cache/engine.hpp"

namespace nacre {

void AsyncCache::find(std::string_view key, FoundCallback done) const {
  answer<detail::Found>([&] { return cache_.find(key); }, done);
}

void AsyncCache::read(std::string_view key, detail::ErasedLoader loader, const Options& options,
                      FoundCallback done) const {
  detail::Found found;
  if (cache_.find_fresh(key, options, found)) return done(std::move(found));
  cache_.engine_->read(*cache_.namespace_, key, std::move(loader), options, std::move(done));
}

void AsyncCache::write(std::string_view key, Value value, const Options& options,
                       Callback<Done> done) const {
  answer<Done>(
      [&] {
        cache_.write(key, std::move(value), options);
        return Done{};
      },
      done);
}

void AsyncCache::set_negative(std::string_view key, const Options& options,
                              Callback<Done> done) const {
  answer<Done>(
      [&] {
        cache_.set_negative(key, options);
        return Done{};
      },
      done);
}

void AsyncCache::remove(std::string_view key, Callback<bool> done) const {
  answer<bool>([&] { return cache_.remove(key); }, done);
}

void AsyncCache::has(std::string_view key, Callback<bool> done) const {
  answer<bool>([&] { return cache_.has(key); }, done);
}

void AsyncCache::inspect(std::string_view key, Callback<std::optional<Inspection>> done) const {
  answer<std::optional<Inspection>>([&] { return cache_.inspect(key); }, done);
}

void AsyncCache::keys(KeyQuery query, Callback<KeyPage> done) const {
  answer<KeyPage>([&] { return cache_.keys(query); }, done);
}

void AsyncCache::invalidate(const Selector& selector,
                            Callback<std::optional<std::uint64_t>> done) const {
  answer<std::optional<std::uint64_t>>([&] { return cache_.invalidate(selector); }, done);
}

void AsyncCache::expire(const Selector& selector,
                        Callback<std::optional<std::uint64_t>> done) const {
  answer<std::optional<std::uint64_t>>([&] { return cache_.expire(selector); }, done);
}

void AsyncCache::extend(std::string_view key, std::optional<Duration> ttl,
                        Callback<bool> done) const {
  answer<bool>([&] { return cache_.extend(key, ttl); }, done);
}

void AsyncCache::clear(Callback<Done> done) const {
  answer<Done>(
      [&] {
        cache_.clear();
        return Done{};
      },
      done);
}

}  // namespace nacre
