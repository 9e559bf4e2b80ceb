// The faces Cache and AsyncCache over Engine: no decisions here.
#include "nacre/cache.hpp"

#include <fmt/format.h>

#include <utility>

#include "cache/engine.hpp"
#include "nacre/async_cache.hpp"
#include "nacre/error.hpp"

namespace nacre {

namespace {
constexpr std::size_t max_bulk_keys = 10'000;
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
  engine_->write_negative(*namespace_, key, options);
}

bool Cache::remove(std::string_view key) const {
  return engine_->remove(*namespace_, key);
}

bool Cache::has(std::string_view key) const {
  return engine_->has(*namespace_, key);
}

std::optional<Inspection> Cache::inspect(std::string_view key) const {
  return engine_->inspect(*namespace_, key);
}

std::vector<std::string> Cache::tags(std::string_view key) const {
  return engine_->tags(*namespace_, key);
}

KeyPage Cache::keys(const KeyQuery& query) const {
  return engine_->list(*namespace_, query);
}

std::optional<std::uint64_t> Cache::invalidate(const Selector& selector) const {
  return engine_->invalidate(*namespace_, selector, Severity::remove);
}

std::optional<std::uint64_t> Cache::expire(const Selector& selector) const {
  return engine_->invalidate(*namespace_, selector, Severity::expire);
}

bool Cache::extend(std::string_view key, std::optional<Duration> ttl) const {
  return engine_->extend(*namespace_, key, ttl);
}

void Cache::set_defaults(Options defaults, std::vector<PrefixRule> rules) const {
  engine_->set_defaults(std::move(defaults), std::move(rules));
}

void Cache::set_namespace_defaults(Options defaults, std::vector<PrefixRule> rules) const {
  engine_->set_namespace_defaults(*namespace_, std::move(defaults), std::move(rules));
}

void Cache::clear() const {
  engine_->clear(*namespace_);
}

CacheStats Cache::stats() const {
  return engine_->stats();
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
  return engine_->find(*namespace_, key);
}

bool Cache::find_fresh(std::string_view key, const Options& options, detail::Found& found) const {
  return engine_->find_fresh(*namespace_, key, options, found);
}

std::vector<detail::Found> Cache::find_many(std::span<const std::string_view> keys) const {
  if (keys.size() > max_bulk_keys) {
    throw Error(
        Errc::invalid_argument,
        fmt::format("there are {} keys: allowed are at most {}", keys.size(), max_bulk_keys),
        {{"field", "keys"}});
  }
  std::vector<detail::Found> found;
  found.reserve(keys.size());
  for (const std::string_view key : keys) found.push_back(engine_->find(*namespace_, key));
  return found;
}

detail::Found Cache::read(std::string_view key, detail::ErasedLoader loader,
                          const Options& options) const {
  return engine_->read_and_wait(*namespace_, key, std::move(loader), options);
}

void Cache::write(std::string_view key, Value value, const Options& options) const {
  engine_->write(*namespace_, key, std::move(value), options);
}

void Cache::write_many(std::vector<Item<Value>> items) const {
  for (const Item<Value>& item : items)
    engine_->check_write(*namespace_, item.key, item.value, item.options);
  for (Item<Value>& item : items) write(item.key, std::move(item.value), item.options);
}

void Cache::replace_decoded(detail::Engine& engine, const detail::Namespace& space,
                            std::string_view key, const Value& bytes, const Value& object) {
  engine.replace_decoded(space, key, bytes, object);
}

}  // namespace nacre
