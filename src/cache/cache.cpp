// The faces Cache and AsyncCache over Engine: no decisions here.
#include "nacre/cache.hpp"

#include <memory>
#include <utility>

#include "base/event.hpp"
#include "cache/engine.hpp"
#include "nacre/async_cache.hpp"
#include "nacre/error.hpp"

namespace nacre {

namespace {

// What `begin` answers to its callback. Without a shared tier the answer comes inside the call, and
// nothing has to outlive it.
template <class T, class F>
T wait_for(const detail::Engine& engine, F&& begin) {
  if (!engine.core().shared) {
    std::optional<Outcome<T>> outcome;
    begin([&outcome](Outcome<T> said) { outcome.emplace(std::move(said)); });
    return std::move(*outcome).value();
  }
  struct Answer {
    std::optional<Outcome<T>> outcome{};
    Event arrived{};
  };
  const auto answer = std::make_shared<Answer>();
  begin([answer](Outcome<T> said) {
    answer->outcome.emplace(std::move(said));
    answer->arrived.set();
  });
  answer->arrived.wait();
  return std::move(*answer->outcome).value();
}

}  // namespace

Cache::Cache(std::shared_ptr<detail::Engine> engine, const detail::Namespace& space)
    : engine_(std::move(engine)), namespace_(&space) {}

Cache detail::face_of(std::shared_ptr<Engine> engine, const Namespace& space) {
  return Cache(std::move(engine), space);
}

Cache Cache::in_namespace(std::string_view name) const {
  return Cache(engine_, engine_->core().namespaces->intern(name));
}

const std::string& Cache::namespace_name() const noexcept {
  return namespace_->name;
}

std::vector<std::string> Cache::namespace_names() const {
  return engine_->core().namespaces->names();
}

void Cache::set_negative(std::string_view key, const Options& options) const {
  wait_for<Done>(*engine_, [&](detail::Then<Done> done) {
    engine_->write_negative_later(*namespace_, key, options, std::move(done));
  });
}

bool Cache::remove(std::string_view key) const {
  return wait_for<bool>(*engine_, [&](detail::Then<bool> done) {
    engine_->remove_later(*namespace_, key, std::move(done));
  });
}

bool Cache::has(std::string_view key) const {
  return wait_for<bool>(*engine_, [&](detail::Then<bool> done) {
    engine_->has_later(*namespace_, key, std::move(done));
  });
}

std::optional<Inspection> Cache::inspect(std::string_view key) const {
  using Seen = std::optional<Inspection>;
  return wait_for<Seen>(*engine_, [&](detail::Then<Seen> done) {
    engine_->inspect_later(*namespace_, key, std::move(done));
  });
}

std::vector<std::string> Cache::tags(std::string_view key) const {
  return engine_->tags(*namespace_, key);
}

KeyPage Cache::keys(const KeyQuery& query) const {
  return engine_->list(*namespace_, query);
}

std::optional<std::uint64_t> Cache::invalidate(const Selector& selector) const {
  using Count = std::optional<std::uint64_t>;
  return wait_for<Count>(*engine_, [&](detail::Then<Count> done) {
    engine_->invalidate_later(*namespace_, selector, Severity::remove, std::move(done));
  });
}

std::optional<std::uint64_t> Cache::expire(const Selector& selector) const {
  using Count = std::optional<std::uint64_t>;
  return wait_for<Count>(*engine_, [&](detail::Then<Count> done) {
    engine_->invalidate_later(*namespace_, selector, Severity::expire, std::move(done));
  });
}

bool Cache::extend(std::string_view key, std::optional<Duration> ttl) const {
  return wait_for<bool>(*engine_, [&](detail::Then<bool> done) {
    engine_->extend_later(*namespace_, key, ttl, std::move(done));
  });
}

void Cache::set_defaults(Options defaults, std::vector<PrefixRule> rules) const {
  engine_->set_defaults(std::move(defaults), std::move(rules));
}

void Cache::set_namespace_defaults(Options defaults, std::vector<PrefixRule> rules) const {
  engine_->set_namespace_defaults(*namespace_, std::move(defaults), std::move(rules));
}

void Cache::clear() const {
  wait_for<Done>(*engine_, [&](detail::Then<Done> done) {
    engine_->clear_later(*namespace_, std::move(done));
  });
}

CacheStats Cache::stats() const {
  return engine_->stats();
}

std::vector<TierStatus> Cache::tiers() const {
  return engine_->tiers();
}

std::shared_ptr<MetricsRegistry> Cache::metrics() const {
  return engine_->core().metrics;
}

AsyncCache Cache::async() const {
  return AsyncCache(*this);
}

void Cache::shutdown(Duration timeout) const {
  engine_->shutdown(timeout);
}

detail::Found Cache::find(std::string_view key) const {
  detail::Found found;
  if (engine_->find_now(*namespace_, key, found)) return found;
  return wait_for<detail::Found>(
      *engine_, [&](FoundDone done) { engine_->find_later(*namespace_, key, std::move(done)); });
}

bool Cache::find_fresh(std::string_view key, const Options& options, detail::Found& found) const {
  return engine_->find_fresh(*namespace_, key, options, found);
}

std::vector<detail::Found> Cache::find_many(std::span<const std::string_view> keys) const {
  using Many = std::vector<detail::Found>;
  return wait_for<Many>(*engine_, [&](detail::Then<Many> done) {
    engine_->find_many_later(*namespace_, keys, std::move(done));
  });
}

detail::Found Cache::read(std::string_view key, detail::ErasedLoader loader,
                          const Options& options) const {
  return engine_->read_and_wait(*namespace_, key, std::move(loader), options);
}

void Cache::write(std::string_view key, Value value, const Options& options) const {
  wait_for<Done>(*engine_, [&](detail::Then<Done> done) {
    engine_->write_later(*namespace_, key, std::move(value), options, std::move(done));
  });
}

void Cache::write_many(std::vector<Item<Value>> items) const {
  wait_for<Done>(*engine_, [&](detail::Then<Done> done) {
    engine_->write_many_later(*namespace_, std::move(items), std::move(done));
  });
}

void Cache::replace_decoded(detail::Engine& engine, const detail::Namespace& space,
                            std::string_view key, const Value& bytes, const Value& object) {
  engine.replace_decoded(space, key, bytes, object);
}

}  // namespace nacre
