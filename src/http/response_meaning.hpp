// What an origin's response means to the cache: a value, "does not exist", "not modified", or why
// the load has failed. Pure.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "http/origin_figures.hpp"
#include "http/origin_response.hpp"
#include "nacre/loader.hpp"
#include "nacre/options.hpp"
#include "nacre/outcome.hpp"

namespace nacre {

/// What the rule and the request decide about the response.
struct ResponseTerms {
  std::string origin{};  ///< for messages
  Options entry{};       ///< of the value, with its tags
  bool was_conditional = false;
  bool respects_max_age = false;
  bool ignores_no_store = false;
};

/// A value or a failure with its reason.
struct ResponseMeaning {
  Outcome<Loaded<Bytes>> outcome;
  OriginFailure failure{};  ///< when there is no value
};

/// 200 and 203: the body, as JSON (which must be valid), text or raw bytes by its Content-Type.
/// 304: not modified. 404, 410: absent. All others, redirects among them, are failures.
ResponseMeaning meaning_of(const OriginResponse& response, const ResponseTerms& terms);

}  // namespace nacre
