// The cache does what a map with times would do, whatever is asked of it in whatever order.
//
// Random steps go to a real cache and to CacheModel; after each of them everything that can be seen
// of the cache must be as the model says. NACRE_SOAK in the environment makes it run much longer.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>

#include "nacre/error.hpp"
#include "support/cache_fixture.hpp"
#include "support/cache_model.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::CacheBench;
using test::CacheModel;
using test::ModelAnswer;
using test::ModelEntry;
using test::ModelKey;
using test::ModelLoaded;
using test::ModelOptions;

constexpr const char* spaces[] = {"app", "tenant"};
constexpr const char* keys[] = {"user:1", "user:2", "order:1"};
constexpr const char* tag_names[] = {"red", "blue"};

/// A cache and its model, taken through the same steps.
class Twins {
 public:
  explicit Twins(bool has_memory_tier)
      : bench_({.defaults = {.ttl_jitter = 0.0,
                             .soft_load_timeout = 1h,
                             .load_timeout = 1h,
                             .error_backoff = 0s},
                .has_memory_tier = has_memory_tier}),
        model_(bench_.clock->now()) {
    for (const char* name : spaces) faces_.push_back(bench_.cache.in_namespace(name));
  }

  void step() {
    switch (*rc::gen::weightedElement<int>(
        {{4, 0}, {1, 1}, {6, 2}, {6, 3}, {1, 4}, {4, 5}, {1, 6}, {1, 7}, {4, 8}})) {
      case 0:
        return set();
      case 1:
        return set_negative();
      case 2:
        return read();
      case 3:
        return answer();
      case 4:
        return remove();
      case 5:
        return invalidate();
      case 6:
        return clear();
      case 7:
        return extend();
      default:
        return advance();
    }
  }

  /// Everything that can be seen is as the model says.
  void check() {
    for (std::size_t space = 0; space < faces_.size(); ++space) {
      std::set<std::string> listed;
      for (const Inspection& entry : faces_[space].keys().entries) listed.insert(entry.key);
      std::set<std::string> expected;
      const std::vector<std::string_view> all(std::begin(keys), std::end(keys));
      const auto many = faces_[space].get_many<std::string>(all);
      for (std::size_t index = 0; index < all.size(); ++index) {
        const ModelKey key{spaces[space], keys[index]};
        const ModelEntry* entry = model_.find(key);
        if (entry != nullptr) expected.insert(key.second);
        check_lookup(faces_[space].get<std::string>(key.second), entry);
        check_lookup(many[index], entry);
        RC_ASSERT(faces_[space].has(key.second) == (entry != nullptr && entry->value.has_value()));
        check_inspection(faces_[space].inspect(key.second), entry);
      }
      RC_ASSERT(listed == expected);
    }
    check_reads();
  }

 private:
  struct Call {
    ModelKey key{};
    LoadContext context{};
    LoadCompletion<std::string> completion;
  };
  struct Read {
    std::shared_ptr<Answer> actual{};
    std::shared_ptr<std::optional<ModelAnswer>> expected{};
  };

  static std::size_t any_space() { return *rc::gen::inRange<std::size_t>(0, std::size(spaces)); }
  static const char* any_key() { return *rc::gen::elementOf(std::vector(keys, std::end(keys))); }
  static const char* any_tag() {
    return *rc::gen::elementOf(std::vector(tag_names, std::end(tag_names)));
  }
  static Severity any_severity() { return *rc::gen::element(Severity::remove, Severity::expire); }
  std::string new_value() { return "v" + std::to_string(++values_); }

  static ModelOptions any_options() {
    ModelOptions options;
    options.ttl = *rc::gen::element<Duration>(1s, 2s, 5s, 30s);
    options.stale_while_revalidate = *rc::gen::element<Duration>(0s, 1s, 3s);
    options.stale_if_error = *rc::gen::element<Duration>(0s, 2s, 4s);
    options.negative_ttl = *rc::gen::element<Duration>(0s, 1s, 3s);
    for (const char* tag : tag_names) {
      if (*rc::gen::arbitrary<bool>()) options.tags.insert(tag);
    }
    return options;
  }
  static Options real(const ModelOptions& model) {
    return {.ttl = model.ttl,
            .stale_while_revalidate = model.stale_while_revalidate,
            .stale_if_error = model.stale_if_error,
            .negative_ttl = model.negative_ttl,
            .tags = {model.tags.begin(), model.tags.end()}};
  }

  void set() {
    const std::size_t space = any_space();
    const std::string key = any_key();
    const ModelOptions options = any_options();
    const std::string value = new_value();
    faces_[space].set(key, value, real(options));
    model_.set({spaces[space], key}, value, options);
  }

  void set_negative() {
    const std::size_t space = any_space();
    const std::string key = any_key();
    ModelOptions options = any_options();
    options.negative_ttl = std::max<Duration>(options.negative_ttl, 1s);
    faces_[space].set_negative(key, real(options));
    model_.set({spaces[space], key}, std::nullopt, options);
  }

  void read() {
    const std::size_t space = any_space();
    const ModelKey key{spaces[space], any_key()};
    const ModelOptions options = any_options();
    Read read{.actual = std::make_shared<Answer>(), .expected = model_.read(key, options)};
    faces_[space].async().get_or_load<std::string>(
        key.second,
        [this, key](const LoadContext& context, LoadCompletion<std::string> completion) {
          calls_.push_back({key, context, std::move(completion)});
        },
        real(options),
        [answer = read.actual](Outcome<Lookup<std::string>> outcome) {
          ++answer->times_called;
          answer->outcome.emplace(std::move(outcome));
        });
    reads_.push_back(std::move(read));
  }

  void answer() {
    if (calls_.empty()) return;
    const auto index = *rc::gen::inRange<std::size_t>(0, calls_.size());
    const Call call = calls_[index];
    calls_.erase(calls_.begin() + static_cast<std::ptrdiff_t>(index));
    RC_ASSERT(model_.asked().at(index) == call.key);
    ModelLoaded loaded{.kind = *rc::gen::element(ModelLoaded::Kind::value, ModelLoaded::Kind::value,
                                                 ModelLoaded::Kind::absent, ModelLoaded::Kind::fail,
                                                 ModelLoaded::Kind::not_modified),
                       .value = new_value()};
    model_.answer(index, loaded);
    switch (loaded.kind) {
      case ModelLoaded::Kind::value:
        return call.completion.complete(Loaded<std::string>::value(loaded.value));
      case ModelLoaded::Kind::absent:
        return call.completion.complete(Loaded<std::string>::absent());
      case ModelLoaded::Kind::fail:
        return call.completion.fail(Error(Errc::load_failed, "origin down"));
      case ModelLoaded::Kind::not_modified:
        return call.completion.complete(Loaded<std::string>::not_modified());
    }
  }

  void remove() {
    const std::size_t space = any_space();
    const std::string key = any_key();
    const auto means = [space, key](const ModelKey& other, const auto&) {
      return other == ModelKey{spaces[space], key};
    };
    RC_ASSERT(faces_[space].remove(key) == (model_.invalidate(means, Severity::remove, true) == 1));
  }

  void invalidate() {
    const std::size_t space = any_space();
    const Severity severity = any_severity();
    std::optional<Selector> selector;
    CacheModel::Meant chosen;
    bool is_touch = false;
    bool is_counted = true;
    switch (*rc::gen::inRange(0, 5)) {
      case 0: {
        const std::string key = any_key();
        selector = by_keys({key, "unknown"});
        chosen = [key](const ModelKey& other, const auto&) { return other.second == key; };
        is_touch = true;
        break;
      }
      case 1: {
        const std::string tag = any_tag();
        selector = by_tag(tag);
        chosen = [tag](const auto&, const auto& tags) { return tags.contains(tag); };
        is_counted = false;
        break;
      }
      case 2:
        selector = by_tags({"red", "blue"}, Match::all);
        chosen = [](const auto&, const auto& tags) { return tags.size() == 2; };
        break;
      case 3:
        selector = by_prefix("user:");
        chosen = [](const ModelKey& key, const auto&) { return key.second.starts_with("user:"); };
        break;
      default:
        selector = by_pattern("*:1");
        chosen = [](const ModelKey& key, const auto&) { return key.second.ends_with(":1"); };
    }
    const auto means = [space, chosen](const ModelKey& key, const auto& tags) {
      return key.first == spaces[space] && chosen(key, tags);
    };
    const std::uint64_t expected = model_.invalidate(means, severity, is_touch);
    const std::optional<std::uint64_t> count = severity == Severity::remove
                                                   ? faces_[space].invalidate(*selector)
                                                   : faces_[space].expire(*selector);
    RC_ASSERT(count == (is_counted ? std::optional(expected) : std::nullopt));
  }

  void clear() {
    const std::size_t space = any_space();
    faces_[space].clear();
    model_.invalidate(
        [space](const ModelKey& key, const auto&) { return key.first == spaces[space]; },
        Severity::remove, false);
  }

  void extend() {
    const std::size_t space = any_space();
    const std::string key = any_key();
    const auto ttl = *rc::gen::element<Duration>(1s, 10s);
    RC_ASSERT(faces_[space].extend(key, ttl) == model_.extend({spaces[space], key}, ttl));
  }

  void advance() {
    const auto step = *rc::gen::element<Duration>(1ms, 999ms, 1s, 2s, 7s);
    bench_.advance(step);
    model_.advance(step);
  }

  void check_lookup(const Lookup<std::string>& lookup, const ModelEntry* entry) const {
    if (entry == nullptr) {
      RC_ASSERT(lookup.is_miss());
      return;
    }
    RC_ASSERT(lookup.is_negative() == !entry->value.has_value());
    RC_ASSERT(lookup.provenance() != nullptr);
    RC_ASSERT(lookup.provenance()->remaining == entry->fresh_until - model_.now());
    RC_ASSERT(lookup.provenance()->age == model_.now() - entry->loaded_at);
    if (!entry->value) return;
    RC_ASSERT(lookup.is_fresh() == entry->is_fresh(model_.now()));
    RC_ASSERT(*lookup == *entry->value);
  }

  void check_inspection(const std::optional<Inspection>& seen, const ModelEntry* entry) const {
    RC_ASSERT(seen.has_value() == (entry != nullptr));
    if (entry == nullptr) return;
    const EntryState state = !entry->value                   ? EntryState::negative
                             : entry->is_fresh(model_.now()) ? EntryState::fresh
                                                             : EntryState::stale;
    RC_ASSERT(seen->state == state);
    RC_ASSERT(std::set(seen->tags.begin(), seen->tags.end()) == entry->tags);
  }

  void check_reads() {
    RC_ASSERT(calls_.size() == model_.asked().size());
    for (const Read& read : reads_) {
      RC_ASSERT(read.actual->has_come() == read.expected->has_value());
      if (!read.actual->has_come()) continue;
      RC_ASSERT(read.actual->times_called == 1);
      RC_ASSERT(told(*read.actual) == **read.expected);
    }
    std::erase_if(reads_, [](const Read& read) { return read.actual->has_come(); });
  }

  static ModelAnswer told(const Answer& answer) {
    if (!*answer.outcome) return {ModelAnswer::Kind::error, ""};
    const Lookup<std::string>& lookup = answer.outcome->value();
    if (lookup.is_negative()) return {ModelAnswer::Kind::negative, ""};
    return {lookup.is_fresh() ? ModelAnswer::Kind::fresh : ModelAnswer::Kind::stale, *lookup};
  }

  CacheBench bench_;
  CacheModel model_;
  std::vector<Cache> faces_{};
  std::vector<Call> calls_{};
  std::vector<Read> reads_{};
  int values_ = 0;
};

class CacheAgainstModel : public testing::TestWithParam<bool> {};

TEST_P(CacheAgainstModel, P1_P3_P6_agree_after_every_step) {
  const bool has_memory_tier = GetParam();
  const int rounds_count = std::getenv("NACRE_SOAK") != nullptr ? 2'000 : NACRE_MODEL_ROUNDS;
  const bool is_right = rc::check([has_memory_tier, rounds_count] {
    for (int round = 0; round < rounds_count; ++round) {
      Twins twins(has_memory_tier);
      const int steps_count = *rc::gen::inRange(10, 80);
      for (int step = 0; step < steps_count; ++step) {
        twins.step();
        twins.check();
      }
    }
  });
  EXPECT_TRUE(is_right);
}

INSTANTIATE_TEST_SUITE_P(Every, CacheAgainstModel, testing::Bool(), [](const auto& tier) {
  return std::string(tier.param ? "memory_tier" : "map_tier");
});

}  // namespace
}  // namespace nacre
