#include "cli/commands/commands.hpp"
#include "cli/commands/entry_path.hpp"
#include "cli/friendly.hpp"

namespace nacre::cli {
namespace {

ExitCode get_raw(const Context& context, const std::string& key) {
  const HttpReply reply = context.client.send_checked(
      {.target = entry_path(key) + cache_query(context), .accept = "application/octet-stream"});
  context.output.print_bytes(reply.body);
  return ExitCode::ok;
}

}  // namespace

ExitCode run_get(const Context& context, const GetRequest& request) {
  if (request.is_raw) return get_raw(context, request.key);
  const HttpReply reply =
      context.client.send_checked({.target = entry_path(request.key) + cache_query(context)});
  const JsonNode answer = JsonNode::parse(reply.body);
  if (context.output.is_json()) {
    context.output.print_json(reply.body);
  } else {
    // The value comes last and in one piece: it may be long, and an object is no set of fields.
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto& field : friendly_fields(answer)) {
      if (field.first != "value" && !field.first.starts_with("value.")) fields.push_back(field);
    }
    fields.emplace_back("value", printable(answer.member("value").text()));
    context.output.print_fields(fields);
  }
  return answer.member("state").text() == "negative" ? ExitCode::negative : ExitCode::ok;
}

}  // namespace nacre::cli
