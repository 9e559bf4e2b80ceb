// The cache with callbacks instead of waiting: the same calls, the same promises.
//
//   const auto greet_later = [](nacre::Outcome<nacre::Lookup<User>> user) {
//     if (user) greet(user.value()->name);
//   };
//   async.get_or_load<User>("user:1", fetch_user, {.ttl = 60s}, greet_later);
//
// A callback is called exactly once: before the call returns when the answer is in memory, else
// later on a thread of the executor, of the clock, of the remote tier, or of whoever completes the
// load. It must be short, must not throw and must not wait, also not for a Cache. What Cache throws
// arrives as Outcome's error; nothing is thrown here but std::bad_alloc. When the last Cache goes,
// reads that still wait are answered with load_failed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "nacre/cache.hpp"
#include "nacre/outcome.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// A loader that answers later: it is given the context, which lives until the answer, and a
/// completion to call once, from any thread. It must not block. What it throws is its answer.
template <Cacheable T>
using AsyncLoader = std::function<void(const LoadContext&, LoadCompletion<T>)>;

/// The asynchronous face of a Cache. Copies share the same cache. Thread safe.
class AsyncCache {
 public:
  template <class T>
  using Callback = std::function<void(Outcome<T>)>;

  explicit AsyncCache(Cache cache) : cache_(std::move(cache)) {}

  const Cache& blocking() const noexcept { return cache_; }

  template <Cacheable T>
  void get(std::string_view key, Callback<Lookup<T>> done) const {
    find(key, typed_callback<T>(key, std::move(done)));
  }

  /// `loader` is called on the calling thread or on one of the executor, must not block, and
  /// answers through its LoadCompletion.
  template <Cacheable T>
  void get_or_load(std::string_view key, AsyncLoader<T> loader, const Options& options,
                   Callback<Lookup<T>> done) const {
    detail::ErasedLoader erased{
        .start =
            [loader = std::move(loader)](const LoadContext& context, detail::LoadDone answer) {
              const LoadCompletion<T> completion(std::move(answer));
              try {
                loader(context, completion);
              } catch (...) {
                completion.fail(detail::current_load_error());
              }
            },
        .may_block = false};
    read(key, std::move(erased), options, typed_callback<T>(key, std::move(done)));
  }

  template <Cacheable T>
  void set(std::string_view key, T value, const Options& options, Callback<Done> done) const {
    write(key, make_value<T>(std::move(value)), options, std::move(done));
  }
  void set_value(std::string_view key, Value value, const Options& options,
                 Callback<Done> done) const {
    write(key, std::move(value), options, std::move(done));
  }
  void set(std::string_view key, std::string_view text, const Options& options,
           Callback<Done> done) const {
    set(key, std::string(text), options, std::move(done));
  }
  void set_negative(std::string_view key, const Options& options, Callback<Done> done) const;
  void remove(std::string_view key, Callback<bool> done) const;
  void has(std::string_view key, Callback<bool> done) const;
  void inspect(std::string_view key, Callback<std::optional<Inspection>> done) const;
  void keys(KeyQuery query, Callback<KeyPage> done) const;

  template <Cacheable T>
  void get_many(std::vector<std::string> keys, Callback<std::vector<Lookup<T>>> done) const {
    const std::vector<std::string_view> views(keys.begin(), keys.end());
    find_many(views, [engine = std::weak_ptr(cache_.engine_), space = cache_.namespace_, keys,
                      done = std::move(done)](Outcome<std::vector<detail::Found>> found) {
      answer<std::vector<Lookup<T>>>(
          [&] {
            std::vector<detail::Found> all = std::move(found).value();
            std::vector<Lookup<T>> lookups;
            lookups.reserve(all.size());
            for (std::size_t index = 0; index < all.size(); ++index) {
              lookups.push_back(
                  Cache::typed<T>(engine.lock(), space, keys[index], std::move(all[index])));
            }
            return lookups;
          },
          done);
    });
  }
  template <Cacheable T>
  void set_many(std::vector<Item<T>> items, Callback<Done> done) const {
    std::vector<Item<Value>> values;
    values.reserve(items.size());
    for (Item<T>& item : items) {
      values.push_back({item.key, make_value<T>(std::move(item.value)), std::move(item.options)});
    }
    set_values(std::move(values), std::move(done));
  }
  void set_values(std::vector<Item<Value>> items, Callback<Done> done) const;

  void invalidate(const Selector& selector, Callback<std::optional<std::uint64_t>> done) const;
  void expire(const Selector& selector, Callback<std::optional<std::uint64_t>> done) const;
  void extend(std::string_view key, std::optional<Duration> ttl, Callback<bool> done) const;
  void clear(Callback<Done> done) const;

 private:
  using FoundCallback = std::function<void(Outcome<detail::Found>)>;

  template <Cacheable T>
  FoundCallback typed_callback(std::string_view key, Callback<Lookup<T>> done) const {
    // Weakly: a read that is waited for does not keep the cache.
    return [engine = std::weak_ptr(cache_.engine_), space = cache_.namespace_,
            key = std::string(key), done = std::move(done)](Outcome<detail::Found> found) {
      answer<Lookup<T>>(
          [&] { return Cache::typed<T>(engine.lock(), space, key, std::move(found).value()); },
          done);
    };
  }

  template <class T, class F>
  static void answer(F&& make, const Callback<T>& done) {
    std::optional<Outcome<T>> outcome;
    try {
      outcome.emplace(make());
    } catch (const Error& error) {
      outcome.emplace(error);
    }
    done(std::move(*outcome));
  }

  void find(std::string_view key, FoundCallback done) const;
  void find_many(std::span<const std::string_view> keys,
                 Callback<std::vector<detail::Found>> done) const;
  void read(std::string_view key, detail::ErasedLoader loader, const Options& options,
            FoundCallback done) const;
  void write(std::string_view key, Value value, const Options& options, Callback<Done> done) const;

  Cache cache_;
};

}  // namespace nacre
#pragma GCC visibility pop
