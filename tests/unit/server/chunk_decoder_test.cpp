#include "server/chunk_decoder.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fmt/format.h>

#include <string>
#include <vector>

namespace nacre::server {
namespace {

RC_GTEST_PROP(ChunkDecoder, gives_back_what_was_chunked_wherever_reads_end,
              (const std::vector<std::string>& pieces, const std::string& behind)) {
  std::string body;
  std::string coded;
  for (const std::string& piece : pieces) {
    if (piece.empty()) continue;
    body += piece;
    coded += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
  }
  coded += "0\r\n\r\n";
  const std::size_t coded_bytes = coded.size();
  coded += behind;

  ChunkDecoder decoder(body.size(), 100);
  std::string decoded;
  std::size_t index = 0;
  ChunkDecoder::Step step;
  while (step.outcome == ChunkDecoder::Outcome::incomplete && index < coded.size()) {
    const std::size_t read_bytes = *rc::gen::inRange<std::size_t>(1, 20);
    step = decoder.decode(std::string_view(coded).substr(index, read_bytes), decoded);
    index += step.consumed_bytes;
  }
  RC_ASSERT(step.outcome == ChunkDecoder::Outcome::complete);
  RC_ASSERT(index == coded_bytes);
  RC_ASSERT(decoded == body);
}

TEST(ChunkDecoder, limits_extensions_and_trailers) {
  std::string body;
  ChunkDecoder extensions(100, 50);
  EXPECT_EQ(extensions.decode("1;" + std::string(51, 'x'), body).outcome,
            ChunkDecoder::Outcome::refused);
  ChunkDecoder trailers(100, 50);
  EXPECT_EQ(trailers.decode("0\r\nname: " + std::string(51, 'x'), body).outcome,
            ChunkDecoder::Outcome::refused);
}

TEST(ChunkDecoder, refuses_a_chunk_over_the_limit_before_it_comes) {
  std::string body;
  ChunkDecoder decoder(5, 50);
  EXPECT_EQ(decoder.decode("6\r\na", body).outcome, ChunkDecoder::Outcome::too_large);
  EXPECT_EQ(body, "");
}

}  // namespace
}  // namespace nacre::server
