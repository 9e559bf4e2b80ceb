#include "cli/commands/commands.hpp"
#include "cli/commands/entry_path.hpp"
#include "cli/friendly.hpp"

namespace nacre::cli {
ExitCode run_del(const Context& context, const KeysRequest& request) {
  ExitCode result = ExitCode::ok;
  for (const std::string& key : request.keys) {
    const HttpReply reply = context.client.send_checked(
        {.method = "DELETE", .target = entry_path(key) + cache_query(context)});
    const bool is_deleted = JsonNode::parse(reply.body).member("removed").text() == "true";
    if (!is_deleted) result = ExitCode::negative;
    if (context.output.is_json()) {
      context.output.print_json(reply.body);
    } else {
      context.output.print_line((is_deleted ? "deleted " : "not found ") + printable(key));
    }
  }
  return result;
}

}  // namespace nacre::cli
