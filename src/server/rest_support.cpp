#include "server/rest_support.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "server/request_fields.hpp"

namespace nacre::server {
namespace {

const NamedCache& named_cache_of(const Call& call, const QueryFields& query) {
  const std::vector<NamedCache>& caches = call.backend->caches;
  const std::string* name = query.find("cache");
  if (name == nullptr) return caches.front();
  std::string allowed;
  for (const NamedCache& named : caches) {
    if (named.name == *name) return named;
    if (!allowed.empty()) allowed += ", ";
    allowed += named.name;
  }
  throw wrong_field("cache", "names no cache of this server", allowed);
}

}  // namespace

const Cache& cache_of(const Call& call, const QueryFields& query) {
  return named_cache_of(call, query).cache;
}

std::string_view cache_name_of(const Call& call, const QueryFields& query) {
  return named_cache_of(call, query).name;
}

Response json_response(std::string json) {
  Response response;
  response.text = std::move(json);
  return response;
}

SharedReply share_reply(Call& call) {
  return std::make_shared<Reply>(std::move(call.reply));
}

void answer_from_executor(Call& call, std::function<Response()> task) {
  const SharedReply reply = share_reply(call);
  const bool is_taken = call.backend->executor->try_post([reply, task = std::move(task)] {
    try {
      reply->send(task());
    } catch (const Error& error) {
      reply->send(error_response(error));
    } catch (const std::exception& failure) {
      reply->send(error_response(Error(Errc::internal, failure.what())));
    }
  });
  if (!is_taken) {
    reply->send(error_response(
        Error(Errc::saturated, "too many requests of this kind wait; try again later")));
  }
}

std::int64_t to_ms(Duration duration) noexcept {
  return std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

}  // namespace nacre::server
