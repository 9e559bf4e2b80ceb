// Entries as the API shows them: as JSON around the value, or the bare value with fields about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nacre/lookup.hpp"
#include "nacre/value.hpp"
#include "server/message.hpp"

namespace nacre::server {

/// What is shown of a hit besides its value.
struct EntryFacts {
  std::string_view key{};
  std::string_view state{};  ///< "fresh", "stale"
  Provenance provenance{};
  const std::vector<std::string>& tags;
};

/// Appends `"value":...`: JSON as it is, text as a string, anything else in base64 with
/// `"encoding":"base64"` behind it.
void append_value(std::string& out, const Value& value);

/// Appends `"state":...,"tier":...,"age_ms":...,"ttl_ms":...,"tags":[...]`.
void append_facts(std::string& out, const EntryFacts& facts);

/// `{"key":...,"value":...,"state":...,...}`. A large JSON value is sent from where it is.
Response entry_response(const EntryFacts& facts, const Value& value);

/// The bare value as application/octet-stream, the facts in X-Nacre-... fields.
Response bare_response(const EntryFacts& facts, const Value& value);

}  // namespace nacre::server
