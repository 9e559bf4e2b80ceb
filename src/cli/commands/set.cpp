#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/utf8.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/entry_path.hpp"
#include "cli/friendly.hpp"
#include "cli/input.hpp"

namespace nacre::cli {
namespace {

/// `5` and `{"a":1}` are JSON, `hello` is text, and all else is bytes.
std::string content_type_of(const std::string& value) {
  if (JsonNode::try_parse(value)) return "application/json";
  return is_valid_utf8(value) ? "text/plain; charset=utf-8" : "application/octet-stream";
}

}  // namespace

ExitCode run_set(const Context& context, const SetRequest& request) {
  std::string value =
      request.file.empty() ? request.value : read_input(request.file, context.streams.in);
  const std::string content_type =
      request.content_type.empty() ? content_type_of(value) : request.content_type;
  const std::string query = query_string({{"ttl", request.ttl},
                                          {"tags", fmt::format("{}", fmt::join(request.tags, ","))},
                                          {"swr", request.stale_while_revalidate},
                                          {"sie", request.stale_if_error},
                                          {"cache", context.cache}});
  const std::size_t value_bytes = value.size();
  const HttpReply reply = context.client.send_checked({.method = "PUT",
                                                       .target = entry_path(request.key) + query,
                                                       .body = std::move(value),
                                                       .content_type = content_type});
  if (context.output.is_json()) {
    context.output.print_json(reply.body);
  } else {
    context.output.print_line(fmt::format("stored {} ({}, {})", printable(request.key),
                                          friendly_bytes(static_cast<std::int64_t>(value_bytes)),
                                          content_type));
  }
  return ExitCode::ok;
}

}  // namespace nacre::cli
