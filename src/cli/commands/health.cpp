#include "cli/commands/commands.hpp"
#include "cli/error_answer.hpp"
#include "cli/friendly.hpp"

namespace nacre::cli {

ExitCode run_health(const Context& context) {
  const HttpReply reply = context.client.send({.target = "/health"});
  constexpr int status_unhealthy = 503;
  if (!reply.is_success() && reply.status != status_unhealthy) throw failure_of(reply);
  const JsonNode answer = JsonNode::parse(reply.body);
  if (context.output.is_json()) {
    context.output.print_json(reply.body);
  } else {
    context.output.print_fields(friendly_fields(answer));
  }
  return reply.is_success() ? ExitCode::ok : ExitCode::negative;
}

}  // namespace nacre::cli
