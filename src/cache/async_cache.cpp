#include "nacre/async_cache.hpp"

#include <utility>

#include "cache/engine.hpp"

namespace nacre {

namespace {

// What `begin` throws, it throws before it calls `done`.
template <class T, class F>
void begin_or_fail(F&& begin, const AsyncCache::Callback<T>& done) {
  try {
    begin();
  } catch (const Error& error) {
    done(error);
  }
}

}  // namespace

void AsyncCache::find(std::string_view key, FoundCallback done) const {
  begin_or_fail<detail::Found>([&] { cache_.engine_->find_later(*cache_.namespace_, key, done); },
                               done);
}

void AsyncCache::find_many(std::span<const std::string_view> keys,
                           Callback<std::vector<detail::Found>> done) const {
  begin_or_fail<std::vector<detail::Found>>(
      [&] { cache_.engine_->find_many_later(*cache_.namespace_, keys, done); }, done);
}

void AsyncCache::read(std::string_view key, detail::ErasedLoader loader, const Options& options,
                      FoundCallback done) const {
  detail::Found found;
  if (cache_.find_fresh(key, options, found)) return done(std::move(found));
  cache_.engine_->read(*cache_.namespace_, key, std::move(loader), options, std::move(done));
}

void AsyncCache::write(std::string_view key, Value value, const Options& options,
                       Callback<Done> done) const {
  begin_or_fail<Done>(
      [&] {
        cache_.engine_->write_later(*cache_.namespace_, key, std::move(value), options, done);
      },
      done);
}

void AsyncCache::set_values(std::vector<Item<Value>> items, Callback<Done> done) const {
  begin_or_fail<Done>(
      [&] { cache_.engine_->write_many_later(*cache_.namespace_, std::move(items), done); }, done);
}

void AsyncCache::set_negative(std::string_view key, const Options& options,
                              Callback<Done> done) const {
  begin_or_fail<Done>(
      [&] { cache_.engine_->write_negative_later(*cache_.namespace_, key, options, done); }, done);
}

void AsyncCache::remove(std::string_view key, Callback<bool> done) const {
  begin_or_fail<bool>([&] { cache_.engine_->remove_later(*cache_.namespace_, key, done); }, done);
}

void AsyncCache::has(std::string_view key, Callback<bool> done) const {
  begin_or_fail<bool>([&] { cache_.engine_->has_later(*cache_.namespace_, key, done); }, done);
}

void AsyncCache::inspect(std::string_view key, Callback<std::optional<Inspection>> done) const {
  begin_or_fail<std::optional<Inspection>>(
      [&] { cache_.engine_->inspect_later(*cache_.namespace_, key, done); }, done);
}

void AsyncCache::keys(KeyQuery query, Callback<KeyPage> done) const {
  answer<KeyPage>([&] { return cache_.keys(query); }, done);
}

void AsyncCache::invalidate(const Selector& selector,
                            Callback<std::optional<std::uint64_t>> done) const {
  begin_or_fail<std::optional<std::uint64_t>>(
      [&] {
        cache_.engine_->invalidate_later(*cache_.namespace_, selector, Severity::remove, done);
      },
      done);
}

void AsyncCache::expire(const Selector& selector,
                        Callback<std::optional<std::uint64_t>> done) const {
  begin_or_fail<std::optional<std::uint64_t>>(
      [&] {
        cache_.engine_->invalidate_later(*cache_.namespace_, selector, Severity::expire, done);
      },
      done);
}

void AsyncCache::extend(std::string_view key, std::optional<Duration> ttl,
                        Callback<bool> done) const {
  begin_or_fail<bool>([&] { cache_.engine_->extend_later(*cache_.namespace_, key, ttl, done); },
                      done);
}

void AsyncCache::clear(Callback<Done> done) const {
  begin_or_fail<Done>([&] { cache_.engine_->clear_later(*cache_.namespace_, done); }, done);
}

}  // namespace nacre
