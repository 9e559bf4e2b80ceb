// GET, PUT and DELETE of one entry.
#include <array>
#include <optional>

#include "base/json_text.hpp"
#include "server/entry_text.hpp"
#include "server/media_type.hpp"
#include "server/request_fields.hpp"
#include "server/rest_handlers.hpp"
#include "server/rest_support.hpp"

namespace nacre::server {
namespace {

constexpr std::array<std::string_view, 2> read_fields = {"ttl", "cache"};
constexpr std::array<std::string_view, 5> write_fields = {"ttl", "tags", "swr", "sie", "cache"};
constexpr std::array<std::string_view, 1> cache_field = {"cache"};

// Nothing to give: not known, or known not to exist.
Response absent_response(const Provenance* negative) {
  if (negative == nullptr) {
    return error_response(
        Error(Errc::key_not_found, "the cache has nothing under this key", {{"state", "miss"}}));
  }
  return error_response(Error(Errc::key_not_found, "the origin said that this key does not exist",
                              {{"state", "negative"},
                               {"tier", std::string(name_of(negative->tier))},
                               {"age_ms", std::to_string(to_ms(negative->age))},
                               {"ttl_ms", std::to_string(to_ms(negative->remaining))}}));
}

// What a read needs when its answer comes. The key is needed for the tags and the JSON.
struct EntryRead {
  const Cache& cache;  // of the backend, which the callback keeps
  bool is_bare = false;
};

Response lookup_response(const EntryRead& read, std::string_view key, const Lookup<Bytes>& lookup) {
  if (!lookup.has_value()) return absent_response(lookup.provenance());
  const std::vector<std::string> tags = read.cache.tags(key);
  const EntryFacts facts{
      .key = key,
      .state = lookup.is_stale() ? "stale" : "fresh",
      .provenance = *lookup.provenance(),
      .tags = tags,
  };
  const Value& value = lookup.value().untyped();
  return read.is_bare ? bare_response(facts, value) : entry_response(facts, value);
}

Value body_value(const Request& request) {
  const std::string_view type = request.head.content_type;
  if (is_json_type(type)) {
    check_json(request.body, "body");
    return Value::from_bytes(request.body, Format::json);
  }
  if (is_text_type(type)) return Value::from_bytes(request.body, Format::text);
  if (type.empty() || is_binary_type(type)) return Value::from_bytes(request.body, Format::raw);
  throw wrong_field("Content-Type", "is not one that values are stored with",
                    "application/json, text/*, application/octet-stream");
}

}  // namespace

void read_entry(Call& call) {
  const std::string key = read_path_key(call.path_parameter);
  const QueryFields query(call.request.head.query, read_fields);
  const Cache& cache = cache_of(call, query);
  const EntryRead read{cache, accepts_type(call.request.head.accept, "application/octet-stream")};
  std::optional<Duration> ttl;
  if (const std::string* text = query.find("ttl")) ttl = read_duration("ttl", *text);
  const OriginRoute* origin = call.backend->origins ? call.backend->origins->find(key) : nullptr;
  const auto answer = [reply = share_reply(call), backend = call.backend, read,
                       key](Outcome<Lookup<Bytes>> found) {
    reply->send(found ? lookup_response(read, key, found.value()) : error_response(found.error()));
  };
  if (origin == nullptr) return cache.async().get<Bytes>(key, answer);
  Options options = origin->options;
  options.stop = call.request.gone;
  if (ttl) options.ttl = ttl;
  if (!ttl && !origin->passes_fields) {
    return cache.async().get_or_load<Bytes>(key, origin->loader, options, answer);
  }
  const RequestHead& head = call.request.head;
  const OriginCaller caller{.request_id = call.request.request_id,
                            .traceparent = head.traceparent,
                            .tracestate = head.tracestate,
                            .ttl = ttl};
  cache.async().get_or_load<Bytes>(key, call.backend->origins->loader(*origin, caller), options,
                                   answer);
}

void write_entry(Call& call) {
  const std::string key = read_path_key(call.path_parameter);
  const QueryFields query(call.request.head.query, write_fields);
  const Options options = read_write_options(query);
  Value value = body_value(call.request);
  const SharedReply reply = share_reply(call);
  cache_of(call, query)
      .async()
      .set_value(key, std::move(value), options, [reply, key](Outcome<Done> stored) {
        if (!stored) {
          return reply->send(error_response(stored.error()));
        }
        JsonText json;
        json.begin_object();
        json.member("key", key).member("stored", true);
        json.end_object();
        reply->send(json_response(std::move(json).take()));
      });
}

void remove_entry(Call& call) {
  const std::string key = read_path_key(call.path_parameter);
  const QueryFields query(call.request.head.query, cache_field);
  const SharedReply reply = share_reply(call);
  cache_of(call, query).async().remove(key, [reply, key](Outcome<bool> removed) {
    if (!removed) return reply->send(error_response(removed.error()));
    JsonText json;
    json.begin_object();
    json.member("key", key).member("removed", removed.value());
    json.end_object();
    reply->send(json_response(std::move(json).take()));
  });
}

}  // namespace nacre::server
