#include "server/entry_text.hpp"

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "server/append_text.hpp"
#include "server/output_queue.hpp"
#include "server/query_fields.hpp"
#include "server/rest_support.hpp"

namespace nacre::server {
namespace {

// `body` continues with the bytes of `value`, which stay where they are when they are many.
void put_value(Response& response, const Value& value) {
  if (value.payload_bytes() < OutputQueue::min_shared_bytes) {
    response.text.append(value.bytes());
    return;
  }
  const auto owner = std::make_shared<Value>(value);
  response.shared = owner->bytes();
  response.shared_owner = owner;
}

void append_number_field(std::string& out, std::string_view name, std::int64_t number) {
  out.append(name).append(": ");
  append_signed(out, number);
  out.append("\r\n");
}

}  // namespace

void append_value(std::string& out, const Value& value) {
  out.append("\"value\":");
  const std::string_view bytes = value.bytes();
  if (value.format() == Format::json) {
    out.append(bytes);
  } else if (value.format() == Format::text && is_valid_utf8(bytes)) {
    append_json_string(out, bytes);
  } else {
    out.push_back('"');
    append_base64(out, bytes);
    out.append("\",\"encoding\":\"base64\"");
  }
}

void append_facts(std::string& out, const EntryFacts& facts) {
  out.append("\"state\":\"").append(facts.state);
  out.append("\",\"tier\":\"").append(name_of(facts.provenance.tier));
  out.append("\",\"age_ms\":");
  append_signed(out, to_ms(facts.provenance.age));
  out.append(",\"ttl_ms\":");
  append_signed(out, to_ms(facts.provenance.remaining));
  out.append(",\"tags\":[");
  for (const std::string& tag : facts.tags) {
    if (out.back() != '[') out.push_back(',');
    append_json_string(out, tag);
  }
  out.push_back(']');
}

Response entry_response(const EntryFacts& facts, const Value& value) {
  Response response;
  const bool is_small = value.payload_bytes() < OutputQueue::min_shared_bytes;
  response.text.reserve(facts.key.size() + 160 + (is_small ? value.payload_bytes() * 2 : 0));
  response.text.append("{\"key\":");
  append_json_string(response.text, facts.key);
  response.text.push_back(',');
  if (value.format() == Format::json && !is_small) {
    response.text.append("\"value\":");
    put_value(response, value);
  } else {
    append_value(response.text, value);
  }
  std::string& rest = response.shared_owner ? response.tail : response.text;
  rest.push_back(',');
  append_facts(rest, facts);
  rest.push_back('}');
  return response;
}

Response bare_response(const EntryFacts& facts, const Value& value) {
  Response response;
  response.content_type = "application/octet-stream";
  std::string& fields = response.fields;
  fields.append("X-Nacre-State: ").append(facts.state);
  fields.append("\r\nX-Nacre-Tier: ").append(name_of(facts.provenance.tier));
  fields.append("\r\nX-Nacre-Format: ").append(name_of(value.format()));
  fields.append("\r\n");
  append_number_field(fields, "X-Nacre-Age-Ms", to_ms(facts.provenance.age));
  append_number_field(fields, "X-Nacre-TTL-Ms", to_ms(facts.provenance.remaining));
  if (!facts.tags.empty()) {
    fields.append("X-Nacre-Tags: ");
    for (std::size_t index = 0; index < facts.tags.size(); ++index) {
      if (index > 0) fields.push_back(',');
      // Commas and bytes that no field may hold become %XX.
      append_percent_encoded(fields, facts.tags[index]);
    }
    fields.append("\r\n");
  }
  put_value(response, value);
  return response;
}

}  // namespace nacre::server
