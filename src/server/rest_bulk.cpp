// Reading, writing and invalidating many entries in one request.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "base/json_text.hpp"
#include "server/append_text.hpp"
#include "server/entry_text.hpp"
#include "server/request_fields.hpp"
#include "server/rest_handlers.hpp"
#include "server/rest_support.hpp"
#include "tier/key.hpp"

namespace nacre::server {
namespace {

constexpr std::array<std::string_view, 1> cache_field = {"cache"};
constexpr std::array<std::string_view, 1> read_members = {"keys"};
constexpr std::array<std::string_view, 1> write_members = {"entries"};
constexpr std::array<std::string_view, 7> entry_members = {"key",  "value", "encoding", "ttl",
                                                           "tags", "swr",   "sie"};
constexpr std::array<std::string_view, 8> invalidate_members = {"key", "keys", "pattern", "prefix",
                                                                "tag", "tags", "match",   "expire"};

// A page of values that one request may ask for.
constexpr std::size_t max_keys_per_read = 1024;
constexpr std::size_t max_entries_per_write = 1024;

// Keys alone cost little: what the library takes.
constexpr std::size_t max_keys_per_invalidation = 10'000;

// An answer is built in memory: 1024 of the largest values would be 16 GiB.
constexpr std::size_t max_answer_bytes = 64 * 1024 * 1024;

void append_item(std::string& out, const Cache& cache, std::string_view key,
                 const Lookup<Bytes>& lookup) {
  out.append("{\"key\":");
  append_json_string(out, key);
  if (lookup.is_miss()) {
    out.append(",\"state\":\"miss\"}");
    return;
  }
  const std::vector<std::string> tags = cache.tags(key);
  const EntryFacts facts{
      .key = key,
      .state = lookup.is_negative() ? "negative"
               : lookup.is_stale()  ? "stale"
                                    : "fresh",
      .provenance = *lookup.provenance(),
      .tags = tags,
  };
  out.push_back(',');
  if (lookup.has_value()) {
    append_value(out, lookup.value().untyped());
    out.push_back(',');
  }
  append_facts(out, facts);
  out.push_back('}');
}

Response many_response(const Cache& cache, const std::vector<std::string>& keys,
                       const std::vector<Lookup<Bytes>>& lookups) {
  std::string json = "{\"entries\":[";
  for (std::size_t index = 0; index < keys.size(); ++index) {
    if (index > 0) json.push_back(',');
    append_item(json, cache, keys[index], lookups[index]);
    if (json.size() > max_answer_bytes) {
      return error_response(Error(Errc::value_too_large,
                                  "the values of these keys are more than 64MiB together; ask for "
                                  "fewer keys"));
    }
  }
  json.append("]}");
  return json_response(std::move(json));
}

// One element of "entries", checked.
struct NewEntry {
  std::string key{};
  Value value{};
  Options options{};
};

Value read_new_value(const JsonFields& fields) {
  const JsonView* value = fields.find("value");
  if (value == nullptr)
    throw wrong_field(fields.full_name("value"), "is missing", "any JSON value");
  const std::optional<std::string> encoding = fields.find_string("encoding");
  if (!encoding) return Value::from_bytes(value->text(), Format::json);
  const std::string name = fields.full_name("value");
  if (*encoding != "base64" && *encoding != "text") {
    throw wrong_field(fields.full_name("encoding"), "is '" + *encoding + "'", "base64, text");
  }
  if (value->kind() != JsonView::Kind::string) {
    throw wrong_field(name, "is " + std::string(name_of(value->kind())), "a string");
  }
  if (*encoding == "text") return Value::from_bytes(value->string(), Format::text);
  const std::optional<std::string> bytes = decode_base64(value->string());
  if (!bytes) throw wrong_field(name, "is not base64", "RFC 4648 section 4, with padding");
  return Value::from_bytes(*bytes, Format::raw);
}

NewEntry read_new_entry(const JsonFields& fields) {
  NewEntry entry;
  const std::optional<std::string> key = fields.find_string("key");
  if (!key) throw wrong_field(fields.full_name("key"), "is missing", "a string");
  check_request_key(*key);
  entry.key = *key;
  entry.value = read_new_value(fields);
  entry.options.ttl = fields.find_duration("ttl");
  entry.options.stale_while_revalidate = fields.find_duration("swr");
  entry.options.stale_if_error = fields.find_duration("sie");
  entry.options.tags = fields.find_strings("tags", max_tags_per_entry_count);
  return entry;
}

// The one selector of an invalidation. Several, or none, is an error that names them.
Selector read_selector(const JsonFields& fields) {
  constexpr std::array<std::string_view, 6> selectors = {"key",    "keys", "pattern",
                                                         "prefix", "tag",  "tags"};
  std::string given;
  for (const std::string_view name : selectors) {
    if (!fields.has(name)) continue;
    if (!given.empty()) given += ", ";
    given += name;
  }
  if (given.empty() || given.find(',') != std::string::npos) {
    throw wrong_field("body", given.empty() ? "has no selector" : "has several selectors: " + given,
                      "one of key, keys, pattern, prefix, tag, tags");
  }
  const std::optional<std::string> match = fields.find_string("match");
  if (match && given != "tags") {
    throw wrong_field("match", "stands without tags", "match together with tags");
  }
  if (given == "key") return by_key(*fields.find_string("key"));
  if (given == "keys") return by_keys(fields.find_strings("keys", max_keys_per_invalidation));
  if (given == "pattern") return by_pattern(*fields.find_string("pattern"));
  if (given == "prefix") return by_prefix(*fields.find_string("prefix"));
  if (given == "tag") return by_tag(*fields.find_string("tag"));
  if (match && *match != "any" && *match != "all") {
    throw wrong_field("match", "is '" + *match + "'", "any, all");
  }
  return by_tags(fields.find_strings("tags", max_tags_per_entry_count),
                 match && *match == "all" ? Match::all : Match::any);
}

// True for selectors whose work grows with the number of entries in the cache.
bool looks_at_every_entry(const Selector& selector) {
  if (const auto* tags = std::get_if<TagSelector>(&selector)) {
    return tags->match == Match::all && tags->tags.size() > 1;
  }
  return !std::holds_alternative<KeySelector>(selector);
}

Response invalidated_response(std::optional<std::uint64_t> count) {
  JsonText json;
  json.begin_object();
  if (count) {
    json.member("invalidated", *count);
  } else {
    json.member("invalidated", nullptr);
  }
  json.end_object();
  return json_response(std::move(json).take());
}

}  // namespace

void read_many(Call& call) {
  const QueryFields query(call.request.head.query, cache_field);
  const Cache& cache = cache_of(call, query);
  const JsonFields body =
      read_json_body(call.request.body, call.request.head.content_type, read_members);
  if (!body.has("keys")) throw wrong_field("keys", "is missing", "an array of keys");
  std::vector<std::string> keys = body.find_strings("keys", max_keys_per_read);
  for (const std::string& key : keys) check_request_key(key);
  const SharedReply reply = share_reply(call);
  cache.async().get_many<Bytes>(keys, [reply, backend = call.backend, &cache,
                                       keys](Outcome<std::vector<Lookup<Bytes>>> found) {
    reply->send(found ? many_response(cache, keys, found.value()) : error_response(found.error()));
  });
}

void write_many(Call& call) {
  const QueryFields query(call.request.head.query, cache_field);
  const Cache& cache = cache_of(call, query);
  const JsonFields body =
      read_json_body(call.request.body, call.request.head.content_type, write_members);
  auto entries = std::make_shared<std::vector<NewEntry>>();
  for (const JsonView& element : body.array("entries", max_entries_per_write)) {
    const std::string name = "entries[" + std::to_string(entries->size()) + "]";
    entries->push_back(read_new_entry(JsonFields(element, name, entry_members)));
  }
  std::vector<Item<Value>> items;
  items.reserve(entries->size());
  for (NewEntry& entry : *entries) {
    items.push_back({entry.key, std::move(entry.value), std::move(entry.options)});
  }
  const SharedReply reply = share_reply(call);
  const std::size_t count = entries->size();
  cache.async().set_values(std::move(items), [reply, entries, count](Outcome<Done> stored) {
    if (!stored) return reply->send(error_response(stored.error()));
    JsonText json;
    json.begin_object();
    json.member("stored", count);
    json.end_object();
    reply->send(json_response(std::move(json).take()));
  });
}

void invalidate(Call& call) {
  const QueryFields query(call.request.head.query, cache_field);
  const Cache& cache = cache_of(call, query);
  const JsonFields body =
      read_json_body(call.request.body, call.request.head.content_type, invalidate_members);
  const bool only_expire = body.find_boolean("expire").value_or(false);
  const Selector selector = read_selector(body);
  if (looks_at_every_entry(selector)) {
    return answer_from_executor(call, [backend = call.backend, &cache, selector, only_expire] {
      return invalidated_response(only_expire ? cache.expire(selector)
                                              : cache.invalidate(selector));
    });
  }
  const auto answer = [reply = share_reply(call)](Outcome<std::optional<std::uint64_t>> count) {
    reply->send(count ? invalidated_response(count.value()) : error_response(count.error()));
  };
  if (only_expire) return cache.async().expire(selector, answer);
  cache.async().invalidate(selector, answer);
}

}  // namespace nacre::server
