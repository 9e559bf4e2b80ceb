#include "cli/commands/commands.hpp"
#include "cli/commands/entry_path.hpp"
#include "cli/friendly.hpp"

namespace nacre::cli {

ExitCode run_expire(const Context& context, const KeyRequest& request) {
  JsonText body;
  body.begin_object();
  body.member("key", std::string_view(require_utf8(request.key, "key")));
  body.member("expire", true).end_object();
  const HttpReply reply = context.client.post_json("/api/cache/invalidate" + cache_query(context),
                                                   std::move(body).take());
  const bool was_there = JsonNode::parse(reply.body).member("invalidated").integer() != 0;
  if (context.output.is_json()) {
    context.output.print_json(reply.body);
  } else {
    context.output.print_line((was_there ? "made stale " : "not found ") + printable(request.key));
  }
  return was_there ? ExitCode::ok : ExitCode::negative;
}

}  // namespace nacre::cli
