#include "redis/script.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "nacre/error.hpp"
#include "redis/server_error.hpp"

namespace nacre::redis {
namespace {

std::string sha1_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    throw Error(Errc::internal, "the machine's OpenSSL has no SHA1");
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned at = 0; at < size; ++at) {
    hex += digits[digest[at] >> 4];
    hex += digits[digest[at] & 15];
  }
  return hex;
}

/// All that is kept for the case that the node does not know the script. On the heap: running a
/// script costs three round trips' worth of server time anyway.
struct Run {
  Client* client;
  const Script* script;
  std::vector<std::string> words;  ///< EVALSHA and all its arguments
  std::string key;
  Deadline deadline;
  bool is_idempotent;
  std::shared_ptr<Cancellation> cancellation;
  ReplyHandler handler;
};

std::vector<std::string_view> views_of(const std::vector<std::string>& words) {
  return {words.begin(), words.end()};
}

Request request_of(const Run& run, std::span<const std::string_view> words, std::string_view node) {
  return {.arguments = words,
          .key = run.key,
          .node = node,
          .deadline = run.deadline,
          .is_idempotent = run.is_idempotent,
          .cancellation = run.cancellation};
}

// Both in one write; what SCRIPT LOAD answers shows in what EVALSHA does.
void load_and_run(std::shared_ptr<Run> run, std::string_view node) {
  const std::string_view load[] = {"SCRIPT", "LOAD", run->script->text()};
  const std::vector<std::string_view> words = views_of(run->words);
  Call calls[2];
  calls[0].request = request_of(*run, load, node);
  calls[0].request.is_idempotent = true;
  calls[0].handler = [](const ReplyHandler::Outcome&, const Answerer&) {};
  calls[1].request = request_of(*run, words, node);
  calls[1].handler = [run](const ReplyHandler::Outcome& outcome, const Answerer& answerer) {
    run->handler(outcome, answerer);
  };
  run->client->execute_all(calls);
}

}  // namespace

Script::Script(std::string_view text) : text_(text), sha1_(sha1_of(text)) {}

void run_script(Client& client, const Script& script, std::span<const std::string_view> keys,
                std::span<const std::string_view> arguments, const Request& route,
                ReplyHandler handler) {
  auto run =
      std::make_shared<Run>(Run{.client = &client,
                                .script = &script,
                                .words = {"EVALSHA", script.sha1(), std::to_string(keys.size())},
                                .key = std::string(keys.empty() ? route.key : keys.front()),
                                .deadline = route.deadline,
                                .is_idempotent = route.is_idempotent,
                                .cancellation = route.cancellation,
                                .handler = std::move(handler)});
  run->words.insert(run->words.end(), keys.begin(), keys.end());
  run->words.insert(run->words.end(), arguments.begin(), arguments.end());
  const std::vector<std::string_view> words = views_of(run->words);
  client.execute(request_of(*run, words, route.node), [run](const ReplyHandler::Outcome& outcome,
                                                            const Answerer& answerer) {
    const bool is_unknown = outcome && outcome.value().is_error() &&
                            server_error_of(outcome.value().text()) == ServerError::no_script;
    if (is_unknown) return load_and_run(run, answerer.link.node);
    run->handler(outcome, answerer);
  });
}

}  // namespace nacre::redis
