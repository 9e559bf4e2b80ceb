#include <algorithm>
#include <limits>

#include "cli/commands/commands.hpp"
#include "cli/friendly.hpp"

namespace nacre::cli {
namespace {

/// The most that nacred gives at once.
constexpr std::size_t max_page_keys = 1000;

std::string in_units(const JsonNode& number, std::string (*to_text)(std::int64_t)) {
  const auto value = number.integer();
  return value ? to_text(*value) : printable(number.text());
}

void add_row(Table& table, const JsonNode& entry) {
  table.add_row({printable(entry.member("key").text()), printable(entry.member("state").text()),
                 printable(entry.member("format").text()),
                 in_units(entry.member("ttl_ms"), friendly_duration),
                 in_units(entry.member("entry_bytes"), friendly_bytes),
                 friendly_value(entry.member("tags"))});
}

}  // namespace

ExitCode run_keys(const Context& context, const ListRequest& request) {
  std::size_t left = request.is_all ? std::numeric_limits<std::size_t>::max() : request.limit;
  std::string cursor;
  Table table({"KEY", "STATE", "FORMAT", "TTL", "SIZE", "TAGS"});
  do {
    const std::string limit = std::to_string(std::min(left, max_page_keys));
    const HttpReply reply = context.client.send_checked(
        {.target = "/api/admin/keys" + query_string({{"prefix", request.prefix},
                                                     {"pattern", request.pattern},
                                                     {"cursor", cursor},
                                                     {"limit", limit},
                                                     {"cache", context.cache}})});
    const JsonNode page = JsonNode::parse(reply.body);
    const auto entries = page.member("entries").elements();
    if (context.output.is_json()) {
      context.output.print_json(reply.body);
    } else {
      for (const JsonNode& entry : entries) add_row(table, entry);
      context.output.print_table(table);
    }
    left -= std::min(left, entries.size());
    std::string next = page.member("cursor").is_string() ? page.member("cursor").text() : "";
    if (!next.empty() && next == cursor) {
      throw Failure(ExitCode::server_error, "cli.bad_answer", "the cursor does not move on");
    }
    cursor = std::move(next);
  } while (!cursor.empty() && left > 0);
  if (!cursor.empty()) context.output.print_note("there are more keys: --limit N or --all");
  return ExitCode::ok;
}

}  // namespace nacre::cli
