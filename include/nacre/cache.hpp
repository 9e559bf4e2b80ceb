// The cache: read through, invalidate, and never serve what was invalidated.
//
//   nacre::Cache cache;
//   auto user = cache.get_or_load("user:1", [] { return load_user(1); }, {.ttl = 60s});
//   cache.invalidate(nacre::by_key("user:1"));     // after the origin has changed
//
// All calls here block until they have their answer; nacre/async_cache.hpp has the same calls with
// callbacks. A hit in memory never waits. Keys are 1 to 1024 bytes of UTF-8 without control
// characters and do not begin with `~`.
//
// What it promises (P1 to P11) is in docs/consistency.md. The order for callers that change the
// origin: change the origin first, then invalidate.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nacre/cache_options.hpp"
#include "nacre/codec.hpp"
#include "nacre/inspection.hpp"
#include "nacre/loader.hpp"
#include "nacre/lookup.hpp"
#include "nacre/options.hpp"
#include "nacre/selector.hpp"
#include "nacre/stats.hpp"
#include "nacre/tier_status.hpp"

#pragma GCC visibility push(default)
namespace nacre {

class Cache;

namespace detail {
class Engine;
struct Namespace;

/// The face of an engine that is running already.
Cache face_of(std::shared_ptr<Engine> engine, const Namespace& space);
}  // namespace detail

class AsyncCache;

/// One value of a bulk write.
template <class T>
struct Item {
  std::string_view key{};
  T value{};
  Options options{};
};

/// A cache, or a view of another namespace of it. Copies share the same cache; the last one to go
/// shuts it down. Thread safe.
///
/// Every call that takes a key throws Error: invalid_key; every call that takes Options throws
/// Error: invalid_argument, but for a get_or_load that finds a fresh value and needs no options.
///
/// The last Cache may go while loads run, on any thread: loads are told to stop and who waits is
/// answered with load_failed; when the thread pool is the cache's own and this is none of its
/// threads, running loaders are waited for. A loader that uses a Cache captures a copy of it, or
/// the program calls shutdown() first.
class Cache {
 public:
  /// A memory cache. Throws Error: invalid_argument, invalid_namespace.
  explicit Cache(CacheOptions options = {});

  /// A view of the same cache whose keys, tags and clear() are apart from those of every other
  /// namespace; memory and limits are shared. Cheap after the first time.
  /// Throws Error: invalid_namespace; saturated beyond 65,535 namespaces.
  Cache in_namespace(std::string_view name) const;

  const std::string& namespace_name() const noexcept;

  /// All namespaces of this cache that were ever asked for, in order.
  std::vector<std::string> namespace_names() const;

  /// What is stored under `key`. Never loads. A hit in memory takes no allocation and no lock that
  /// a writer holds for long; it hands out the object that was stored. Bytes from elsewhere are
  /// decoded at the first read, and the object is kept.
  /// Throws Error: deserialization_failed.
  template <Cacheable T>
  Lookup<T> get(std::string_view key) const {
    return typed<T>(key, find(key));
  }

  /// What is stored under `key`, or else what `loader` loads, stored. At most one load runs for a
  /// key; all callers share it. Never a miss. `loader` runs on the cache's executor and may be any
  /// of those in nacre/loader.hpp; what it captures by reference must outlive the load, which may
  /// outlive this call when `timeout` or a stale value ends the wait first. A loader that asks for
  /// another key loads that on its own thread, at most 16 deep; such a call returns when the inner
  /// loader does, whatever its timeouts say.
  /// Throws Error: load_failed or what the loader threw; load_timeout; saturated;
  /// deserialization_failed.
  template <class F, class T = detail::LoadedBy<F>>
    requires Cacheable<T>
  Lookup<T> get_or_load(std::string_view key, F&& loader, const Options& options = {}) const {
    detail::Found found;
    if (find_fresh(key, options, found)) return typed<T>(key, std::move(found));
    return typed<T>(
        key, read(key, detail::erase_loader(std::decay_t<F>(std::forward<F>(loader))), options));
  }

  /// Stores `value`. A later read of this process sees it (P3), and no load that is running now
  /// can replace it (P1). Throws Error: value_too_large, saturated.
  template <Cacheable T>
  void set(std::string_view key, T value, const Options& options = {}) const {
    write(key, make_value<T>(std::move(value)), options);
  }
  void set(std::string_view key, std::string_view text, const Options& options = {}) const {
    set(key, std::string(text), options);
  }

  /// Stores a value that is in shared ownership already: bytes of any format, or a live object.
  void set_value(std::string_view key, Value value, const Options& options = {}) const {
    write(key, std::move(value), options);
  }

  /// Stores "does not exist" for negative_ttl. Throws Error: invalid_argument when that is 0.
  void set_negative(std::string_view key, const Options& options = {}) const;

  /// Removes one entry for everybody. True when there was one.
  bool remove(std::string_view key) const;

  /// True when a read would find a value, fresh or stale. Does not count as a read.
  bool has(std::string_view key) const;

  /// Everything known of one entry, or nullopt for a miss.
  std::optional<Inspection> inspect(std::string_view key) const;
  /// Tags of one entry, as memory knows them; none for a miss. Never waits.
  std::vector<std::string> tags(std::string_view key) const;

  /// The entries of this namespace, page by page. Throws Error: invalid_argument.
  KeyPage keys(const KeyQuery& query = {}) const;

  /// One lookup for each key, in order. At most 10,000 keys.
  template <Cacheable T>
  std::vector<Lookup<T>> get_many(std::span<const std::string_view> keys) const {
    std::vector<Lookup<T>> lookups;
    lookups.reserve(keys.size());
    std::vector<detail::Found> found = find_many(keys);
    for (std::size_t index = 0; index < keys.size(); ++index) {
      lookups.push_back(typed<T>(keys[index], std::move(found[index])));
    }
    return lookups;
  }

  /// Stores each item in turn. All are checked before the first is stored.
  template <Cacheable T>
  void set_many(std::vector<Item<T>> items) const {
    std::vector<Item<Value>> values;
    values.reserve(items.size());
    for (Item<T>& item : items) {
      values.push_back({item.key, make_value<T>(std::move(item.value)), std::move(item.options)});
    }
    write_many(std::move(values));
  }

  /// As set_many(), for values that are in shared ownership already.
  void set_values(std::vector<Item<Value>> items) const { write_many(std::move(items)); }

  /// Removes entries for everybody. Once it has returned, no load or write that began before it can
  /// bring an old value back (P1). Returns how many entries were removed, or nullopt where they are
  /// only marked and their space is reclaimed later (tags).
  std::optional<std::uint64_t> invalidate(const Selector& selector) const;

  /// Makes entries stale: the next read loads, and has the old value if that fails.
  /// False / 0 / nullopt as invalidate().
  std::optional<std::uint64_t> expire(const Selector& selector) const;

  /// Gives one entry a new ttl from now, or the longest there is. False when there is none.
  bool extend(std::string_view key, std::optional<Duration> ttl) const;

  /// Replaces the defaults and the prefix rules: for entries stored and reads begun from now on.
  /// Whole, or not at all when an option is out of range.
  void set_defaults(Options defaults, std::vector<PrefixRule> rules) const;

  /// The same for this namespace alone, which no longer has those of the cache.
  void set_namespace_defaults(Options defaults, std::vector<PrefixRule> rules) const;

  /// Invalidates the whole namespace. O(1); space is reclaimed later.
  void clear() const;

  CacheStats stats() const;
  std::vector<TierStatus> tiers() const;  ///< nearest first
  std::shared_ptr<MetricsRegistry> metrics() const;

  /// The same cache and namespace, with callbacks.
  AsyncCache async() const;

  /// Refuses new loads, asks running ones to stop and waits up to `timeout` for them. Reads of
  /// memory go on. Throws Error: shutdown_timeout when loads still run: call again, or accept that
  /// the destructor waits for them.
  void shutdown(Duration timeout) const;

 private:
  friend class AsyncCache;
  friend Cache detail::face_of(std::shared_ptr<detail::Engine>, const detail::Namespace&);
  Cache(std::shared_ptr<detail::Engine> engine, const detail::Namespace& space);

  template <Cacheable T>
  Lookup<T> typed(std::string_view key, detail::Found found) const {
    return typed<T>(engine_, namespace_, key, std::move(found));
  }
  /// `engine` may be empty: the cache has gone, and nothing is kept.
  template <Cacheable T>
  static Lookup<T> typed(const std::shared_ptr<detail::Engine>& engine,
                         const detail::Namespace* space, std::string_view key, detail::Found found);

  detail::Found find(std::string_view key) const;
  bool find_fresh(std::string_view key, const Options& options, detail::Found& found) const;
  std::vector<detail::Found> find_many(std::span<const std::string_view> keys) const;
  detail::Found read(std::string_view key, detail::ErasedLoader loader,
                     const Options& options) const;
  void write(std::string_view key, Value value, const Options& options) const;
  void write_many(std::vector<Item<Value>> items) const;
  static void replace_decoded(detail::Engine& engine, const detail::Namespace& space,
                              std::string_view key, const Value& bytes, const Value& object);

  std::shared_ptr<detail::Engine> engine_;
  const detail::Namespace* namespace_;
};

template <Cacheable T>
Lookup<T> Cache::typed(const std::shared_ptr<detail::Engine>& engine,
                       const detail::Namespace* space, std::string_view key, detail::Found found) {
  if (!found.value) {
    if (found.is_negative) return typename Lookup<T>::Variant(Negative{found.provenance});
    return {};
  }
  if (!holds<T>(found.value)) {
    Value object = convert<T>(found.value);
    if (engine && found.value.is_bytes()) {
      replace_decoded(*engine, *space, key, found.value, object);
    }
    found.value = std::move(object);
  }
  Handle<T> handle(std::move(found.value));
  if (found.is_stale) {
    return typename Lookup<T>::Variant(Stale<T>{std::move(handle), found.provenance});
  }
  return typename Lookup<T>::Variant(Fresh<T>{std::move(handle), found.provenance});
}

}  // namespace nacre
#pragma GCC visibility pop
