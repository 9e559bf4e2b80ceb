#include "cli/commands/commands.hpp"
#include "cli/commands/entry_path.hpp"
#include "cli/friendly.hpp"

namespace nacre::cli {
namespace {

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
  const HttpReply reply =
      context.client.post_json("/api/cache/mget" + cache_query(context), std::move(body).take());
  if (context.output.is_json()) {
    context.output.print_json(reply.body);
    return ExitCode::ok;
  }
  const auto entries = JsonNode::parse(reply.body).member("entries").elements();
  Table table({"KEY", "STATE", "TTL", "VALUE"});
  for (const JsonNode& entry : entries) {
    table.add_row({printable(entry.member("key").text()), printable(entry.member("state").text()),
                   ttl_of(entry), printable(entry.member("value").text())});
  }
  context.output.print_table(table);
  return ExitCode::ok;
}

}  // namespace nacre::cli
