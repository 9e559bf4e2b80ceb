#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/entry_path.hpp"
#include "cli/json_node.hpp"

namespace nacre::cli {
namespace {

void add_text(JsonText& json, const char* name, const std::string& text) {
  if (!text.empty()) json.member(name, std::string_view(require_utf8(text, name)));
}

std::string body_of(const InvalidateRequest& request) {
  JsonText json;
  json.begin_object();
  add_text(json, "key", request.key);
  if (!request.keys.empty()) add_texts(json, "keys", request.keys);
  add_text(json, "pattern", request.pattern);
  add_text(json, "prefix", request.prefix);
  add_text(json, "tag", request.tag);
  if (!request.tags.empty()) {
    add_texts(json, "tags", request.tags);
    add_text(json, "match", request.match);
  }
  if (request.is_expire) json.member("expire", true);
  json.end_object();
  return std::move(json).take();
}

std::string sentence_for(const JsonNode& count, bool is_expire) {
  const char* const deed = is_expire ? "made stale" : "invalidated";
  if (const auto entries = count.integer()) {
    return fmt::format("{} {} {}", deed, *entries, *entries == 1 ? "entry" : "entries");
  }
  return fmt::format("{}; how many entries it meets shows as they are read", deed);
}

}  // namespace

ExitCode run_invalidate(const Context& context, const InvalidateRequest& request) {
  const HttpReply reply =
      context.client.post_json("/api/cache/invalidate" + cache_query(context), body_of(request));
  if (context.output.is_json()) {
    context.output.print_json(reply.body);
  } else {
    const JsonNode count = JsonNode::parse(reply.body).member("invalidated");
    context.output.print_line(sentence_for(count, request.is_expire));
  }
  return ExitCode::ok;
}

}  // namespace nacre::cli
