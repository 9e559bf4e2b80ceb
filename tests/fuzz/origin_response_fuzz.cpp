// Fuzz target: bytes as an origin's response, read whole and in pieces: the same result, within
// the limits, and a meaning for the cache.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/response_meaning.hpp"
#include "http/response_reader.hpp"

namespace {

constexpr std::size_t max_body_bytes = 512;

void require(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", claim);
  std::abort();
}

struct Reading {
  nacre::ResponseReader::State state{};
  nacre::OriginResponse response{};
};

Reading read(std::string_view bytes, std::size_t step) {
  nacre::ResponseReader reader(max_body_bytes);
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, step);
    reader.feed(piece);
    bytes.remove_prefix(piece.size());
  }
  Reading reading{.state = reader.feed_end()};
  if (reading.state == nacre::ResponseReader::State::complete) {
    reading.response = reader.take_response();
  }
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const Reading whole = read(text, std::string_view::npos);
  require(whole.state != nacre::ResponseReader::State::needs_more, "an end is an end");
  require(whole.response.body.size() <= max_body_bytes, "the body keeps its limit");
  for (const std::size_t step : {std::size_t{1}, std::size_t{5}}) {
    const Reading pieces = read(text, step);
    require(pieces.state == whole.state, "pieces end as the whole does");
    require(pieces.response.body == whole.response.body, "pieces give the same body");
    require(pieces.response.etag == whole.response.etag, "pieces give the same fields");
  }
  if (whole.state != nacre::ResponseReader::State::complete) return 0;
  const auto meaning = nacre::meaning_of(
      whole.response, {.origin = "http://a:80", .entry = {}, .respects_max_age = true});
  const int status = whole.response.status;
  if (meaning.outcome) {
    require(status == 200 || status == 203 || status == 404 || status == 410, "a good status");
  }
  return 0;
}
