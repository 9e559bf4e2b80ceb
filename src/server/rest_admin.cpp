// The handlers for operators: which keys there are, what is known of one, and changing it.
#include <array>
#include <optional>
#include <utility>

#include "base/json_text.hpp"
#include "server/request_fields.hpp"
#include "server/rest_handlers.hpp"
#include "server/rest_support.hpp"

namespace nacre::server {
namespace {

constexpr std::array<std::string_view, 1> cache_field = {"cache"};
constexpr std::array<std::string_view, 2> explain_fields = {"key", "cache"};
constexpr std::array<std::string_view, 9> list_fields = {
    "prefix", "pattern", "state", "format", "min_ttl", "max_ttl", "cursor", "limit", "cache"};

constexpr std::size_t max_page_count = 1000;

// What of a page is shown, beyond what the cache itself filters by.
struct PageFilter {
  std::optional<std::string> format{};
  std::optional<Duration> min_ttl{};
  std::optional<Duration> max_ttl{};

  bool takes(const Inspection& entry) const {
    if (format && name_of(entry.format) != *format) return false;
    if (min_ttl && entry.provenance.remaining < *min_ttl) return false;
    return !max_ttl || entry.provenance.remaining <= *max_ttl;
  }
};

EntryState read_state(const std::string& text) {
  for (const EntryState state : {EntryState::fresh, EntryState::stale, EntryState::negative}) {
    if (name_of(state) == text) return state;
  }
  throw wrong_field("state", "is '" + text + "'", "fresh, stale, negative");
}

std::string read_format(const std::string& text) {
  for (const Format format : {Format::raw, Format::text, Format::json, Format::messagepack}) {
    if (name_of(format) == text) return text;
  }
  throw wrong_field("format", "is '" + text + "'", "raw, text, json, messagepack");
}

KeyQuery read_key_query(const QueryFields& query) {
  KeyQuery wanted;
  if (const std::string* prefix = query.find("prefix")) wanted.prefix = *prefix;
  if (const std::string* pattern = query.find("pattern")) wanted.pattern = *pattern;
  if (const std::string* state = query.find("state")) wanted.state = read_state(*state);
  if (const std::string* cursor = query.find("cursor")) wanted.cursor = *cursor;
  if (const std::string* limit = query.find("limit")) {
    wanted.limit = read_count("limit", *limit, {1, max_page_count});
  }
  return wanted;
}

PageFilter read_page_filter(const QueryFields& query) {
  PageFilter filter;
  if (const std::string* format = query.find("format")) filter.format = read_format(*format);
  if (const std::string* text = query.find("min_ttl"))
    filter.min_ttl = read_duration("min_ttl", *text);
  if (const std::string* text = query.find("max_ttl"))
    filter.max_ttl = read_duration("max_ttl", *text);
  return filter;
}

// The members of one entry, without its value.
void write_inspection(JsonText& json, const Inspection& entry) {
  json.member("key", entry.key);
  json.member("state", name_of(entry.state));
  json.member("tier", name_of(entry.provenance.tier));
  json.member("format", name_of(entry.format));
  json.member("age_ms", to_ms(entry.provenance.age));
  json.member("ttl_ms", to_ms(entry.provenance.remaining));
  json.member("stale_ttl_ms", to_ms(entry.stale_remaining));
  json.member("value_bytes", entry.payload_bytes);
  json.member("entry_bytes", entry.entry_bytes);
  json.key("tags").begin_array();
  for (const std::string& tag : entry.tags) json.value(tag);
  json.end_array();
  if (!entry.validators.etag.empty()) json.member("etag", entry.validators.etag);
  if (!entry.validators.last_modified.empty()) {
    json.member("last_modified", entry.validators.last_modified);
  }
}

Error no_such_key() {
  return {Errc::key_not_found, "the cache has nothing under this key", {{"state", "miss"}}};
}

// A 200 with one member when there was an entry, else a 404.
Response done_response(const Outcome<bool>& done, std::string_view member) {
  if (!done) return error_response(done.error());
  if (!done.value()) return error_response(no_such_key());
  JsonText json;
  json.begin_object().member(member, true).end_object();
  return json_response(std::move(json).take());
}

// What the next read of the key does, in words.
std::string_view outlook_of(const std::optional<Inspection>& seen, bool has_origin) {
  if (!seen) {
    return has_origin ? "a read loads it from the origin"
                      : "a read finds nothing, and no origin rule matches the key";
  }
  switch (seen->state) {
    case EntryState::fresh:
      return "a read is answered from the cache";
    case EntryState::negative:
      return "a read is told that the key does not exist, without asking the origin";
    case EntryState::stale:
      break;
  }
  return has_origin ? "a read loads it anew and has the stale value to fall back on"
                    : "a read is given the stale value, as no origin rule matches the key";
}

}  // namespace

void list_keys(Call& call) {
  const QueryFields query(call.request.head.query, list_fields);
  const Cache& cache = cache_of(call, query);
  answer_from_executor(call, [backend = call.backend, &cache, wanted = read_key_query(query),
                              filter = read_page_filter(query)] {
    const KeyPage page = cache.keys(wanted);
    JsonText json;
    json.begin_object().key("entries").begin_array();
    for (const Inspection& entry : page.entries) {
      if (!filter.takes(entry)) continue;
      json.begin_object();
      write_inspection(json, entry);
      json.end_object();
    }
    json.end_array();
    if (page.cursor.empty()) {
      json.member("cursor", nullptr);
    } else {
      json.member("cursor", page.cursor);
    }
    json.end_object();
    return json_response(std::move(json).take());
  });
}

void show_key(Call& call) {
  const std::string key = read_path_key(call.path_parameter);
  const QueryFields query(call.request.head.query, cache_field);
  const SharedReply reply = share_reply(call);
  cache_of(call, query).async().inspect(key, [reply](Outcome<std::optional<Inspection>> seen) {
    if (!seen) return reply->send(error_response(seen.error()));
    if (!seen.value()) return reply->send(error_response(no_such_key()));
    JsonText json;
    json.begin_object();
    write_inspection(json, *seen.value());
    json.end_object();
    reply->send(json_response(std::move(json).take()));
  });
}

void expire_key(Call& call) {
  const std::string key = read_path_key(call.path_parameter);
  const QueryFields query(call.request.head.query, cache_field);
  const SharedReply reply = share_reply(call);
  cache_of(call, query)
      .async()
      .expire(by_key(key), [reply](Outcome<std::optional<std::uint64_t>> count) {
        if (!count) return reply->send(error_response(count.error()));
        reply->send(done_response(count.value().value_or(0) > 0, "expired"));
      });
}

void persist_key(Call& call) {
  const std::string key = read_path_key(call.path_parameter);
  const QueryFields query(call.request.head.query, cache_field);
  const SharedReply reply = share_reply(call);
  cache_of(call, query).async().extend(key, std::nullopt, [reply](Outcome<bool> extended) {
    reply->send(done_response(extended, "persisted"));
  });
}

void explain_key(Call& call) {
  const QueryFields query(call.request.head.query, explain_fields);
  const std::string* key = query.find("key");
  if (key == nullptr) throw wrong_field("key", "is missing", "the key to explain");
  check_request_key(*key);
  const OriginRoute* origin = call.backend->origins ? call.backend->origins->find(*key) : nullptr;
  const auto answer = [reply = share_reply(call), backend = call.backend, origin,
                       key = *key](Outcome<std::optional<Inspection>> seen) {
    if (!seen) return reply->send(error_response(seen.error()));
    JsonText json;
    json.begin_object();
    json.member("key", key);
    json.member("state", seen.value() ? name_of(seen.value()->state) : "miss");
    json.member("next_read", outlook_of(seen.value(), origin != nullptr));
    json.key("entry");
    if (seen.value()) {
      json.begin_object();
      write_inspection(json, *seen.value());
      json.end_object();
    } else {
      json.value(nullptr);
    }
    json.key("origin");
    if (origin != nullptr) {
      json.begin_object().member("match", origin->match).member("url", origin->url).end_object();
    } else {
      json.value(nullptr);
    }
    // The entry is valid while neither its namespace nor one of its tags has been invalidated.
    json.key("marks").begin_array().value("namespace");
    if (seen.value()) {
      for (const std::string& tag : seen.value()->tags) json.value("tag " + tag);
    }
    json.end_array().end_object();
    reply->send(json_response(std::move(json).take()));
  };
  cache_of(call, query).async().inspect(*key, answer);
}

void flush(Call& call) {
  const QueryFields query(call.request.head.query, cache_field);
  const Cache& cache = cache_of(call, query);
  if (call.backend->is_production && !call.backend->allows_flush_in_production) {
    throw Error(Errc::flush_disabled_in_production,
                "flushing is off in production; set server.allow_flush_in_production to allow it");
  }
  const SharedReply reply = share_reply(call);
  cache.async().clear([reply](Outcome<Done> cleared) {
    reply->send(cleared ? json_response("{\"flushed\":true}") : error_response(cleared.error()));
  });
}

}  // namespace nacre::server
