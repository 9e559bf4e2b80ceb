#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "cli/commands/commands.hpp"
#include "cli/commands/entry_path.hpp"
#include "cli/friendly.hpp"
#include "cli/input.hpp"
#include "cli/progress.hpp"

namespace nacre::cli {
namespace {

/// Few enough that the bar moves and no request takes long, many enough that trips do not count.
constexpr std::size_t batch_keys = 100;

struct Warmed {
  std::int64_t requested = 0;
  std::int64_t warmed = 0;
  std::int64_t skipped = 0;
  std::vector<JsonNode> failed{};  ///< {key, error}
};

std::string body_of(std::span<const std::string> keys, const WarmRequest& request) {
  JsonText json;
  json.begin_object();
  add_texts(json, "keys", keys);
  if (!request.ttl.empty()) json.member("ttl", std::string_view(request.ttl));
  if (request.is_forced) json.member("force", true);
  json.end_object();
  return std::move(json).take();
}

void add_answer(Warmed& sum, const JsonNode& answer) {
  sum.requested += answer.member("requested").integer().value_or(0);
  sum.warmed += answer.member("warmed").integer().value_or(0);
  sum.skipped += answer.member("skipped").integer().value_or(0);
  for (JsonNode& failure : answer.member("failed").elements()) sum.failed.push_back(failure);
}

/// The message of an error that is a text, or an object as error answers have.
std::string reason_of(const JsonNode& failure) {
  const JsonNode error = failure.member("error");
  if (!error.is_object()) return printable(error.text());
  return printable(error.member("code").text() + ": " + error.member("message").text());
}

void print_summary(Output& output, const Warmed& sum) {
  output.print_line(fmt::format("requested {}, warmed {}, skipped {}, failed {}", sum.requested,
                                sum.warmed, sum.skipped, sum.failed.size()));
  if (sum.failed.empty()) return;
  Table table({"FAILED", "ERROR"});
  for (const JsonNode& failure : sum.failed) {
    table.add_row({printable(failure.member("key").text()), reason_of(failure)});
  }
  output.print_table(table);
}

/// Sends all batches and adds their answers to `sum`, which so far holds when one of them throws.
void warm_all(const Context& context, const WarmRequest& request, std::span<const std::string> keys,
              Warmed& sum) {
  const bool shows_bar = context.streams.err_is_terminal && !context.output.is_json();
  ProgressBar bar(context.streams.err, shows_bar, keys.size());
  for (std::size_t done = 0; done < keys.size();) {
    bar.show(done);
    const auto batch = keys.subspan(done, std::min(batch_keys, keys.size() - done));
    const HttpReply reply =
        context.client.post_json("/api/cache/warm" + cache_query(context), body_of(batch, request));
    if (context.output.is_json()) context.output.print_json(reply.body);
    add_answer(sum, JsonNode::parse(reply.body));
    done += batch.size();
  }
}

}  // namespace

ExitCode run_warm(const Context& context, const WarmRequest& request) {
  std::vector<std::string> keys = request.keys;
  if (!request.file.empty()) {
    const auto more = read_lines(request.file, context.streams.in);
    keys.insert(keys.end(), more.begin(), more.end());
  }
  Warmed sum;
  try {
    warm_all(context, request, keys, sum);
  } catch (const Failure&) {
    if (!context.output.is_json()) print_summary(context.output, sum);
    throw;
  }
  if (!context.output.is_json()) print_summary(context.output, sum);
  return sum.failed.empty() ? ExitCode::ok : ExitCode::server_error;
}

}  // namespace nacre::cli
