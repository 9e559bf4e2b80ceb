// Request heads and chunked bodies: the same result whole and byte by byte, and views that stay
// inside the given bytes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "server/chunk_decoder.hpp"
#include "server/head_parser.hpp"

namespace {

using nacre::server::ChunkDecoder;
using nacre::server::HeadParser;
using nacre::server::HeadResult;
using nacre::server::HttpLimits;
using nacre::server::RequestHead;

bool is_inside(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_head(std::string_view input) {
  const HttpLimits limits;
  RequestHead whole_head;
  HeadParser whole_parser(limits);
  const HeadResult whole = whole_parser.parse(input, whole_head);
  RequestHead step_head;
  HeadParser step_parser(limits);
  HeadResult step;
  for (std::size_t size = 1; size <= input.size(); ++size) {
    step = step_parser.parse(input.substr(0, size), step_head);
    if (step.kind != HeadResult::Kind::incomplete) break;
  }
  if (whole.kind == HeadResult::Kind::complete) {
    NACRE_CHECK(step.kind == HeadResult::Kind::complete && step.head_bytes == whole.head_bytes);
    NACRE_CHECK(whole.head_bytes <= input.size());
    NACRE_CHECK(is_inside(whole_head.path, input) && is_inside(whole_head.query, input) &&
                is_inside(whole_head.host, input) && is_inside(whole_head.content_type, input));
    NACRE_CHECK(whole_head.path.starts_with('/'));
  } else if (whole.kind == HeadResult::Kind::refused) {
    NACRE_CHECK(step.kind == HeadResult::Kind::refused);
  }
}

void check_chunks(std::string_view input) {
  constexpr std::size_t max_body_bytes = 4096;
  std::string whole_body;
  ChunkDecoder whole(max_body_bytes, 1024);
  const ChunkDecoder::Step all = whole.decode(input, whole_body);
  std::string step_body;
  ChunkDecoder stepwise(max_body_bytes, 1024);
  ChunkDecoder::Step step;
  for (std::size_t at = 0; at < input.size(); ++at) {
    step = stepwise.decode(input.substr(at, 1), step_body);
    if (step.outcome != ChunkDecoder::Outcome::incomplete) break;
  }
  NACRE_CHECK(input.empty() || all.outcome == step.outcome);
  NACRE_CHECK(whole_body.size() <= max_body_bytes);
  if (all.outcome == ChunkDecoder::Outcome::complete) NACRE_CHECK(whole_body == step_body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_head(input);
  check_chunks(input);
  return 0;
}
