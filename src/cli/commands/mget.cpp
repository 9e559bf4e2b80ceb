#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/entry_path.hpp"
#include "cli/friendly.hpp"

namespace nacre::cli {
namespace {

/// The entries of the answer, whatever the array is called.
std::vector<JsonNode> entries_of(const JsonNode& answer) {
  if (answer.is_array()) return answer.elements();
  for (const auto& [name, value] : answer.members()) {
    if (value.is_array()) return value.elements();
  }
  return {};
}

std::string ttl_of(const JsonNode& entry) {
  const auto ttl_ms = entry.member("ttl_ms").integer();
  return ttl_ms ? friendly_duration(*ttl_ms) : "";
}

}  // namespace

ExitCode run_mget(const Context& context, const KeysRequest& request) {
  JsonText body;
  body.begin_object();
  add_texts(body, "keys", request.keys);
  body.end_object();
  const HttpReply reply = context.client.post_json("/api/cache/mget", std::move(body).take());
  if (context.output.is_json()) {
    context.output.print_json(reply.body);
    return ExitCode::ok;
  }
  Table table({"KEY", "STATE", "TTL", "VALUE"});
  for (const JsonNode& entry : entries_of(JsonNode::parse(reply.body))) {
    table.add_row({printable(entry.member("key").text()), printable(entry.member("state").text()),
                   ttl_of(entry), printable(entry.member("value").text())});
  }
  context.output.print_table(table);
  return ExitCode::ok;
}

}  // namespace nacre::cli
