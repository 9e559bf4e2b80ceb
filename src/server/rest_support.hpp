// What the handlers of several resources share.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "nacre/async_cache.hpp"
#include "nacre/outcome.hpp"
#include "server/error_response.hpp"
#include "server/query_fields.hpp"
#include "server/route.hpp"

namespace nacre::server {

/// The cache that the request means: that of the query field `cache`, or the first.
/// Throws Error invalid_argument for a name there is no cache of.
const Cache& cache_of(const Call& call, const QueryFields& query);

/// The name of the cache that the request means.
std::string_view cache_name_of(const Call& call, const QueryFields& query);

/// A 200 with this JSON.
Response json_response(std::string json);

/// A Reply that the callbacks of the cache, which are copied, can hold.
using SharedReply = std::shared_ptr<Reply>;
SharedReply share_reply(Call& call);

/// Runs `task` on the executor: for what looks at every entry. What it returns or throws is the
/// answer. Throws Error saturated when the executor takes no more.
void answer_from_executor(Call& call, std::function<Response()> task);

/// Whole milliseconds; 0 for less than none.
std::int64_t to_ms(Duration duration) noexcept;

}  // namespace nacre::server
