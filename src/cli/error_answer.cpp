#include "cli/error_answer.hpp"

#include <fmt/format.h>

#include "cli/json_node.hpp"
#include "nacre/error.hpp"

namespace nacre::cli {
namespace {

ExitCode exit_code_of(int status, std::string_view code) {
  if (status == 401 || status == 403) return ExitCode::no_permission;
  if (code == name_of(Errc::key_not_found)) return ExitCode::negative;
  return ExitCode::server_error;
}

}  // namespace

Failure failure_of(const HttpReply& reply) {
  const auto answer = JsonNode::try_parse(reply.body);
  const JsonNode error = answer ? answer->member("error") : JsonNode();
  const std::string code = error.member("code").text();
  if (code.empty()) {
    return {exit_code_of(reply.status, {}), "cli.bad_answer",
            fmt::format("HTTP status {} without an error of nacre: is this nacred?", reply.status)};
  }
  return {exit_code_of(reply.status, code), code, error.member("message").text(), reply.body};
}

}  // namespace nacre::cli
