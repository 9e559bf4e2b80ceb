#include "cli/commands/commands.hpp"
#include "cli/commands/entry_path.hpp"
#include "cli/friendly.hpp"

namespace nacre::cli {

ExitCode run_stats(const Context& context) {
  const HttpReply reply =
      context.client.send_checked({.target = "/api/cache/stats" + cache_query(context)});
  if (context.output.is_json()) {
    context.output.print_json(reply.body);
  } else {
    context.output.print_fields(friendly_fields(JsonNode::parse(reply.body)));
  }
  return ExitCode::ok;
}

}  // namespace nacre::cli
