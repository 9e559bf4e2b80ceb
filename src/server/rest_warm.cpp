// POST /api/cache/warm: loads keys from their origins before anybody asks for them.
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/json_text.hpp"
#include "base/mutex.hpp"
#include "server/request_fields.hpp"
#include "server/rest_handlers.hpp"
#include "server/rest_support.hpp"

namespace nacre::server {
namespace {

constexpr std::array<std::string_view, 1> cache_field = {"cache"};
constexpr std::array<std::string_view, 3> warm_members = {"keys", "ttl", "force"};

// As many as an invalidation takes.
constexpr std::size_t max_keys_per_warm = 10'000;

// Loads of one request that run at once: enough to keep an origin busy, and leaves most of the
// cache's loads to those who wait for an answer.
constexpr std::size_t max_loads_at_once = 32;

// What the warming of all keys needs and finds. In shared ownership of the loads that run.
class WarmRun final : public std::enable_shared_from_this<WarmRun> {
 public:
  WarmRun(Reply reply, std::shared_ptr<const Backend> backend, const Cache& cache,
          std::vector<std::string> keys)
      : reply_(std::move(reply)),
        backend_(std::move(backend)),
        cache_(cache),
        keys_(std::move(keys)) {}

  std::optional<Duration> ttl{};
  bool is_forced = false;
  std::stop_token gone{};  // then nobody wants the rest

  void start() {
    const std::size_t count = std::min(keys_.size(), max_loads_at_once);
    for (std::size_t index = 0; index < count; ++index) continue_later();
  }

 private:
  enum class End : std::uint8_t { warmed, skipped, failed };

  struct Failure {
    std::size_t key_index = 0;
    Error error;
  };

  // Takes keys until one has to wait for its origin; that one's answer goes on.
  void work() {
    while (const std::optional<std::size_t> index = take_key()) {
      const std::string& key = keys_[*index];
      if (!is_forced && is_fresh(key)) {
        finish(*index, End::skipped);
        continue;
      }
      const OriginRoute* origin = backend_->origins ? backend_->origins->find(key) : nullptr;
      if (origin != nullptr) return load(*index, *origin);
      finish(*index, End::failed, Error(Errc::no_handler, "no origin rule matches this key"));
    }
  }

  bool is_fresh(const std::string& key) const {
    const std::optional<Inspection> seen = cache_.inspect(key);
    return seen && seen->state != EntryState::stale;
  }

  void load(std::size_t index, const OriginRoute& origin) {
    Options options = origin.options;
    if (ttl) options.ttl = ttl;
    // A stale answer would not be warm: wait for the load itself.
    options.soft_load_timeout = std::chrono::hours(1);
    options.reload = is_forced;
    options.stop = gone;
    cache_.async().get_or_load<Bytes>(
        keys_[index], loader_of(origin), options,
        [self = shared_from_this(), index](Outcome<Lookup<Bytes>> found) {
          if (found) {
            self->finish(index, End::warmed);
          } else {
            self->finish(index, End::failed, found.error());
          }
          self->continue_later();
        });
  }

  AsyncLoader<Bytes> loader_of(const OriginRoute& origin) const {
    return ttl ? backend_->origins->loader(origin, {.ttl = ttl}) : origin.loader;
  }

  // Not by a call: answers that come at once would nest as deep as there are keys.
  void continue_later() {
    if (backend_->executor->try_post([self = shared_from_this()] { self->work(); })) return;
    while (const std::optional<std::size_t> index = take_key()) {
      finish(*index, End::failed,
             Error(Errc::saturated, "too many requests wait; try again later"));
    }
  }

  std::optional<std::size_t> take_key() {
    if (gone.stop_requested()) return std::nullopt;
    MutexLock lock(mutex_);
    if (next_index_ == keys_.size()) return std::nullopt;
    return next_index_++;
  }

  void finish(std::size_t index, End end, std::optional<Error> error = std::nullopt) {
    MutexLock lock(mutex_);
    if (end == End::warmed) ++warmed_count_;
    if (end == End::skipped) ++skipped_count_;
    if (error) failures_.push_back({index, *std::move(error)});
    if (++finished_count_ == keys_.size()) answer();
  }

  void answer() NACRE_REQUIRES(mutex_) {
    JsonText json;
    json.begin_object();
    json.member("requested", keys_.size());
    json.member("warmed", warmed_count_);
    json.member("skipped", skipped_count_);
    json.key("failed").begin_array();
    for (const Failure& failure : failures_) {
      std::string error;
      append_error(error, failure.error);
      json.begin_object().member("key", keys_[failure.key_index]);
      json.key("error").raw_value(error).end_object();
    }
    json.end_array().end_object();
    reply_.send(json_response(std::move(json).take()));
  }

  Reply reply_;
  std::shared_ptr<const Backend> backend_;
  const Cache& cache_;
  const std::vector<std::string> keys_;

  Mutex mutex_;
  std::size_t next_index_ NACRE_GUARDED_BY(mutex_) = 0;
  std::size_t finished_count_ NACRE_GUARDED_BY(mutex_) = 0;
  std::size_t warmed_count_ NACRE_GUARDED_BY(mutex_) = 0;
  std::size_t skipped_count_ NACRE_GUARDED_BY(mutex_) = 0;
  std::vector<Failure> failures_ NACRE_GUARDED_BY(mutex_);
};

}  // namespace

void warm(Call& call) {
  const QueryFields query(call.request.head.query, cache_field);
  const Cache& cache = cache_of(call, query);
  const JsonFields body =
      read_json_body(call.request.body, call.request.head.content_type, warm_members);
  if (!body.has("keys")) throw wrong_field("keys", "is missing", "an array of keys");
  std::vector<std::string> keys = body.find_strings("keys", max_keys_per_warm);
  for (const std::string& key : keys) check_request_key(key);
  const std::optional<Duration> ttl = body.find_duration("ttl");
  const bool is_forced = body.find_boolean("force").value_or(false);
  const std::stop_token gone = call.request.gone;
  const auto run =
      std::make_shared<WarmRun>(std::move(call.reply), call.backend, cache, std::move(keys));
  run->ttl = ttl;
  run->is_forced = is_forced;
  run->gone = gone;
  run->start();
}

}  // namespace nacre::server
