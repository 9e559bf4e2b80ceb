// Every call of the asynchronous face: what it answers, and what it answers when something is
// wrong.
#include "nacre/async_cache.hpp"

#include <gtest/gtest.h>

#include "nacre/error.hpp"
#include "support/cache_fixture.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;
using test::CacheBench;

/// The one answer of a call, which must have come by now.
template <class T>
class Once {
 public:
  AsyncCache::Callback<T> callback() {
    return [answers = answers_](Outcome<T> outcome) { answers->push_back(std::move(outcome)); };
  }
  const T& value() const { return only().value(); }
  Errc code() const { return only() ? Errc::internal : only().error().code(); }

 private:
  const Outcome<T>& only() const {
    EXPECT_EQ(answers_->size(), 1u);
    return answers_->at(0);
  }
  std::shared_ptr<std::vector<Outcome<T>>> answers_ = std::make_shared<std::vector<Outcome<T>>>();
};

class AsyncFace : public testing::Test {
 protected:
  CacheBench bench_{{.max_value_bytes = 1024}};
  const AsyncCache async_ = bench_.cache.async();
};

TEST_F(AsyncFace, get_finds_what_set_stored) {
  Once<Done> stored;
  async_.set("k", "text", {.ttl = 5s}, stored.callback());
  EXPECT_EQ(stored.value(), Done());
  Once<Lookup<std::string>> found;
  async_.get<std::string>("k", found.callback());
  EXPECT_EQ(*found.value(), "text");
  EXPECT_EQ(found.value().provenance()->remaining, 5s);
  Once<Lookup<std::string>> missing;
  async_.get<std::string>("other", missing.callback());
  EXPECT_TRUE(missing.value().is_miss());
}

TEST_F(AsyncFace, bytes_are_decoded_once_and_the_object_is_kept) {
  Once<Done> stored;
  async_.set_value("k", Value::from_bytes("text", Format::text), {}, stored.callback());
  Once<Lookup<std::string>> found;
  async_.get<std::string>("k", found.callback());
  EXPECT_EQ(*found.value(), "text");
  EXPECT_TRUE(bench_.cache.inspect("k")->is_live_object);
}

TEST_F(AsyncFace, bytes_that_are_no_t_are_told_as_deserialization_failed) {
  Once<Done> stored;
  async_.set_value("k", Value::from_bytes("{", Format::json), {}, stored.callback());
  struct Opaque {};
  Once<Lookup<Opaque>> found;
  async_.get<Opaque>("k", found.callback());
  EXPECT_EQ(found.code(), Errc::deserialization_failed);
}

TEST_F(AsyncFace, get_or_load_loads_once_and_answers_hits_at_once) {
  int loads = 0;
  const AsyncLoader<std::string> loader = [&loads](const LoadContext& context,
                                                   const LoadCompletion<std::string>& completion) {
    ++loads;
    completion.complete(Loaded<std::string>::value("of " + context.key));
  };
  for (int round = 0; round < 2; ++round) {
    Once<Lookup<std::string>> found;
    async_.get_or_load<std::string>("k", loader, {}, found.callback());
    EXPECT_EQ(*found.value(), "of k");
  }
  EXPECT_EQ(loads, 1);
}

TEST_F(AsyncFace, get_or_load_tells_bad_keys_and_options_as_errors) {
  const AsyncLoader<std::string> loader = [](const auto&, const auto&) { FAIL(); };
  Once<Lookup<std::string>> bad_key;
  async_.get_or_load<std::string>("~k", loader, {}, bad_key.callback());
  EXPECT_EQ(bad_key.code(), Errc::invalid_key);
  Once<Lookup<std::string>> bad_option;
  async_.get_or_load<std::string>("k", loader, {.ttl = -1s}, bad_option.callback());
  EXPECT_EQ(bad_option.code(), Errc::invalid_argument);
}

TEST_F(AsyncFace, set_negative_remembers_absence) {
  Once<Done> stored;
  async_.set_negative("k", {.negative_ttl = 5s}, stored.callback());
  EXPECT_EQ(stored.value(), Done());
  EXPECT_TRUE(bench_.cache.get<std::string>("k").is_negative());
  Once<Done> refused;
  async_.set_negative("k", {}, refused.callback());
  EXPECT_EQ(refused.code(), Errc::invalid_argument);
}

TEST_F(AsyncFace, writes_that_are_refused_are_told_so) {
  Once<Done> too_large;
  async_.set("k", std::string(2000, 'x'), {}, too_large.callback());
  EXPECT_EQ(too_large.code(), Errc::value_too_large);
  Once<Done> empty;
  async_.set_value("k", Value(), {}, empty.callback());
  EXPECT_EQ(empty.code(), Errc::invalid_argument);
}

TEST_F(AsyncFace, has_inspect_keys_extend_and_remove_speak_of_one_entry) {
  bench_.cache.set("k", "v", {.tags = {"t"}});
  Once<bool> has;
  async_.has("k", has.callback());
  EXPECT_TRUE(has.value());
  Once<std::optional<Inspection>> seen;
  async_.inspect("k", seen.callback());
  EXPECT_EQ(seen.value()->tags, std::vector<std::string>{"t"});
  Once<KeyPage> page;
  async_.keys({.prefix = "k"}, page.callback());
  ASSERT_EQ(page.value().entries.size(), 1u);
  EXPECT_EQ(page.value().entries[0].key, "k");
  Once<bool> extended;
  async_.extend("k", 90s, extended.callback());
  EXPECT_TRUE(extended.value());
  EXPECT_EQ(bench_.cache.inspect("k")->provenance.remaining, 90s);
  Once<bool> removed;
  async_.remove("k", removed.callback());
  EXPECT_TRUE(removed.value());
  Once<bool> again;
  async_.remove("k", again.callback());
  EXPECT_FALSE(again.value());
}

TEST_F(AsyncFace, each_of_them_tells_a_bad_key_or_query_as_an_error) {
  Once<bool> has;
  async_.has("", has.callback());
  EXPECT_EQ(has.code(), Errc::invalid_key);
  Once<std::optional<Inspection>> seen;
  async_.inspect("", seen.callback());
  EXPECT_EQ(seen.code(), Errc::invalid_key);
  Once<KeyPage> page;
  async_.keys({.limit = 0}, page.callback());
  EXPECT_EQ(page.code(), Errc::invalid_argument);
  Once<bool> extended;
  async_.extend("k", 0s, extended.callback());
  EXPECT_EQ(extended.code(), Errc::invalid_argument);
  Once<bool> removed;
  async_.remove("", removed.callback());
  EXPECT_EQ(removed.code(), Errc::invalid_key);
  Once<Lookup<std::string>> found;
  async_.get<std::string>("", found.callback());
  EXPECT_EQ(found.code(), Errc::invalid_key);
}

TEST_F(AsyncFace, many_keys_at_once) {
  Once<Done> stored;
  async_.set_many<std::string>({{.key = "a", .value = "1"}, {.key = "c", .value = "3"}},
                               stored.callback());
  EXPECT_EQ(stored.value(), Done());
  Once<std::vector<Lookup<std::string>>> found;
  async_.get_many<std::string>({"c", "b", "a"}, found.callback());
  ASSERT_EQ(found.value().size(), 3u);
  EXPECT_EQ(*found.value()[0], "3");
  EXPECT_TRUE(found.value()[1].is_miss());
  EXPECT_EQ(*found.value()[2], "1");
  Once<std::vector<Lookup<std::string>>> too_many;
  async_.get_many<std::string>(std::vector<std::string>(10'001, "k"), too_many.callback());
  EXPECT_EQ(too_many.code(), Errc::invalid_argument);
  Once<Done> one_is_bad;
  async_.set_many<std::string>({{.key = "d", .value = "4"}, {.key = "", .value = "5"}},
                               one_is_bad.callback());
  EXPECT_EQ(one_is_bad.code(), Errc::invalid_key);
  EXPECT_FALSE(bench_.cache.has("d"));
}

TEST_F(AsyncFace, invalidate_expire_and_clear) {
  bench_.cache.set("a", "v");
  bench_.cache.set("b", "v");
  Once<std::optional<std::uint64_t>> expired;
  async_.expire(by_key("a"), expired.callback());
  EXPECT_EQ(expired.value(), 1u);
  EXPECT_TRUE(bench_.cache.get<std::string>("a").is_stale());
  Once<std::optional<std::uint64_t>> invalidated;
  async_.invalidate(by_prefix("a"), invalidated.callback());
  EXPECT_EQ(invalidated.value(), 1u);
  EXPECT_FALSE(bench_.cache.has("a"));
  Once<std::optional<std::uint64_t>> refused;
  async_.invalidate(by_prefix(""), refused.callback());
  EXPECT_EQ(refused.code(), Errc::invalid_argument);
  Once<Done> cleared;
  async_.clear(cleared.callback());
  EXPECT_EQ(cleared.value(), Done());
  EXPECT_FALSE(bench_.cache.has("b"));
  EXPECT_EQ(bench_.cache.stats().invalidations, 3u) << "what was refused does not count";
}

TEST_F(AsyncFace, is_a_face_of_the_same_cache_and_namespace) {
  const AsyncCache tenant = bench_.cache.in_namespace("tenant").async();
  Once<Done> stored;
  tenant.set("k", 7, {}, stored.callback());
  EXPECT_EQ(*tenant.blocking().get<int>("k"), 7);
  EXPECT_FALSE(bench_.cache.has("k"));
}

}  // namespace
}  // namespace nacre
