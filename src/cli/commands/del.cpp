#include "cli/commands/commands.hpp"
#include "cli/commands/entry_path.hpp"
#include "cli/error_answer.hpp"
#include "cli/friendly.hpp"

namespace nacre::cli {
namespace {

/// Whether there was something to remove: nacred may answer 404, or 200 with {"deleted":false}.
bool was_there(const HttpReply& reply) {
  if (is_key_not_found(reply)) return false;
  const auto answer = JsonNode::try_parse(reply.body);
  return !answer || answer->member("deleted").text() != "false";
}

}  // namespace

ExitCode run_del(const Context& context, const KeysRequest& request) {
  ExitCode result = ExitCode::ok;
  for (const std::string& key : request.keys) {
    const HttpReply reply = context.client.send({.method = "DELETE", .target = entry_path(key)});
    if (!reply.is_success() && !is_key_not_found(reply)) throw failure_of(reply);
    const bool is_deleted = was_there(reply);
    if (!is_deleted) result = ExitCode::negative;
    if (context.output.is_json()) {
      context.output.print_json(reply.body.empty() ? "{}" : reply.body);
    } else {
      context.output.print_line((is_deleted ? "deleted " : "not found ") + printable(key));
    }
  }
  return result;
}

}  // namespace nacre::cli
