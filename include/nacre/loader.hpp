// How the origin is asked: what a loader is given and what it may answer.
//
// The simplest loader takes nothing and returns the value, or std::nullopt for "does not exist":
//
//   cache.get_or_load("user:1", [] { return find_user(1); });   // User or std::optional<User>
//
// Text that is returned as const char* or std::string_view is kept as a std::string.
//
// A loader that wants more takes a LoadContext and returns a Loaded<T>: it can set the lifetime and
// the tags from what it loaded, and answer "not modified" for a value it was shown.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "nacre/codec.hpp"
#include "nacre/deadline.hpp"
#include "nacre/error.hpp"
#include "nacre/json.hpp"  // every file that caches must agree on which types have a codec
#include "nacre/options.hpp"
#include "nacre/outcome.hpp"
#include "nacre/validators.hpp"
#include "nacre/value.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// What a loader is given. Valid until the loader has answered.
struct LoadContext {
  std::string key{};
  Deadline deadline{};         ///< when load_timeout passes
  std::stop_token stop{};      ///< asked to stop when nobody waits any more, or time is up
  Value previous{};            ///< the stale value, if the cache has one
  Validators validators{};     ///< of the previous value
  bool is_background = false;  ///< a refresh: nobody waits for it
};

namespace detail {
/// A loader's answer without its type.
struct LoadAnswer {
  enum class Kind : std::uint8_t { value, absent, not_modified };
  Kind kind = Kind::absent;
  Value value{};
  Options options{};
  Validators validators{};
};
/// Called exactly once, from any thread.
using LoadDone = std::function<void(Outcome<LoadAnswer>)>;
/// A loader without its type.
struct ErasedLoader {
  /// Starts one load. May answer before it returns.
  std::function<void(const LoadContext&, LoadDone)> start{};
  bool may_block = true;  ///< needs a thread of the executor
};
}  // namespace detail

/// The full answer of a loader: a value, "does not exist" or "not modified", with the options that
/// this entry shall have (ttl, stale windows, tags...), nearer than those of the call.
template <Cacheable T>
class Loaded {
 public:
  static Loaded value(T object, Options options = {}, Validators validators = {}) {
    return Loaded({detail::LoadAnswer::Kind::value, make_value<T>(std::move(object)),
                   std::move(options), std::move(validators)});
  }
  /// A value that is in shared ownership already, or bytes that may be decoded later.
  static Loaded shared(Value value, Options options = {}, Validators validators = {}) {
    return Loaded({detail::LoadAnswer::Kind::value, std::move(value), std::move(options),
                   std::move(validators)});
  }
  static Loaded absent(Options options = {}) {
    return Loaded({detail::LoadAnswer::Kind::absent, Value(), std::move(options), {}});
  }
  /// The previous value is still right: it becomes fresh again. Only when there was one.
  static Loaded not_modified(Options options = {}, Validators validators = {}) {
    return Loaded({detail::LoadAnswer::Kind::not_modified, Value(), std::move(options),
                   std::move(validators)});
  }

  detail::LoadAnswer release() && { return std::move(answer_); }

 private:
  explicit Loaded(detail::LoadAnswer answer) : answer_(std::move(answer)) {}
  detail::LoadAnswer answer_;
};

/// Answers an asynchronous load. Copyable; the first answer counts. When the last copy is destroyed
/// without an answer, the load has failed with load_failed. Thread safe.
template <Cacheable T>
class LoadCompletion {
 public:
  explicit LoadCompletion(detail::LoadDone done)
      : state_(std::make_shared<State>(std::move(done))) {}

  void complete(Loaded<T> loaded) const { state_->answer(std::move(loaded).release()); }
  void fail(Error error) const { state_->answer(std::move(error)); }

 private:
  struct State {
    explicit State(detail::LoadDone callback) : done(std::move(callback)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { answer(Error(Errc::load_failed, "the loader gave no answer")); }

    void answer(Outcome<detail::LoadAnswer> outcome) {
      if (!answered.test_and_set()) done(std::move(outcome));
    }

    detail::LoadDone done;
    std::atomic_flag answered{};
  };
  std::shared_ptr<State> state_;
};

namespace detail {

template <class R>
struct LoadedType {
  using type = R;
};
template <>
struct LoadedType<const char*> {
  using type = std::string;  // the cache owns what it keeps
};
template <>
struct LoadedType<std::string_view> {
  using type = std::string;
};
template <class T>
struct LoadedType<std::optional<T>> : LoadedType<T> {};
template <class T>
struct LoadedType<Loaded<T>> {
  using type = T;
};

template <class F, bool = std::is_invocable_v<F&, const LoadContext&>>
struct LoaderResult {
  using type = std::decay_t<std::invoke_result_t<F&, const LoadContext&>>;
};
template <class F>
struct LoaderResult<F, false> {
  using type = std::decay_t<std::invoke_result_t<F&>>;
};

/// The T that loader F loads.
template <class F>
using LoadedBy = typename LoadedType<typename LoaderResult<std::decay_t<F>>::type>::type;

template <class R>
LoadAnswer to_answer(R object) {
  using T = typename LoadedType<R>::type;
  return Loaded<T>::value(T(std::move(object))).release();
}
template <class R>
LoadAnswer to_answer(std::optional<R> object) {
  using T = typename LoadedType<R>::type;
  return object ? Loaded<T>::value(T(std::move(*object))).release() : Loaded<T>::absent().release();
}
template <class T>
LoadAnswer to_answer(Loaded<T> loaded) {
  return std::move(loaded).release();
}

/// What a loader threw, as an Error: its own Error as it is, anything else as load_failed.
Error current_load_error();

template <class F>
Outcome<LoadAnswer> run_loader(F& loader, const LoadContext& context) {
  try {
    if constexpr (std::is_invocable_v<F&, const LoadContext&>) {
      return to_answer(loader(context));
    } else {
      return to_answer(loader());
    }
  } catch (...) {
    return current_load_error();
  }
}

/// Wraps a loader that returns its answer. It may block: the cache runs it on its executor. Shared,
/// so that it need not be copyable.
template <class F>
ErasedLoader erase_loader(F loader) {
  return {.start = [shared = std::make_shared<F>(std::move(loader))](
                       const LoadContext& context,
                       const LoadDone& done) { done(run_loader(*shared, context)); },
          .may_block = true};
}

}  // namespace detail
}  // namespace nacre
#pragma GCC visibility pop
