#include "remote/envelope.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/hash.hpp"

namespace nacre::remote {
namespace {

constexpr std::uint64_t digest = 4711;

Envelope full() {
  return {.write_id = 0x0102030405060708,
          .format = Format::json,
          .life = {.total_ms = 90'000,
                   .fresh_ms = 60'000,
                   .age_ms = 5,
                   .stale_while_revalidate_ms = 10'000,
                   .stale_if_error_ms = 30'000,
                   .sliding_ms = 7,
                   .max_ms = 8},
          .space_mark = {1, 2},
          .tags = {{"red", {3, 4}}, {"round", {5, 6}}},
          .validators = {"\"v1\"", "Sat, 01 Jan 2022 00:00:00 GMT"},
          .payload = "{\"n\":1}"};
}

void expect_equal(const Envelope& read, const Envelope& written) {
  EXPECT_EQ(read.write_id, written.write_id);
  EXPECT_EQ(read.format, written.format);
  EXPECT_EQ(read.is_negative, written.is_negative);
  EXPECT_EQ(read.is_expired, written.is_expired);
  EXPECT_EQ(read.life, written.life);
  EXPECT_EQ(read.space_mark, written.space_mark);
  EXPECT_EQ(read.tags, written.tags);
  EXPECT_EQ(read.validators, written.validators);
  EXPECT_EQ(read.payload, written.payload);
}

TEST(Envelope, what_was_written_is_read) {
  const std::string bytes = encode_envelope(full(), digest);
  Envelope read;
  ASSERT_EQ(decode_envelope(bytes, digest, read), EnvelopeKind::envelope);
  expect_equal(read, full());
  EXPECT_EQ(peek_write_id(bytes), full().write_id);
  EXPECT_EQ(peek_write_id(std::string_view(bytes).substr(0, write_id_end)), full().write_id);
  EXPECT_EQ(peek_write_id("plain"), 0u);
}

TEST(Envelope, bytes_without_the_header_are_raw) {
  Envelope read;
  EXPECT_EQ(decode_envelope("", digest, read), EnvelopeKind::raw);
  EXPECT_EQ(decode_envelope("{\"n\":1}", digest, read), EnvelopeKind::raw);
  EXPECT_EQ(decode_envelope("\xc2\xaeNC", digest, read), EnvelopeKind::raw);
}

TEST(Envelope, the_value_of_another_key_is_corrupt) {
  const std::string bytes = encode_envelope(full(), key_digest("app", "user:1"));
  Envelope read;
  EXPECT_EQ(decode_envelope(bytes, key_digest("app", "user:2"), read), EnvelopeKind::corrupt);
  EXPECT_EQ(decode_envelope(bytes, key_digest("shop", "user:1"), read), EnvelopeKind::corrupt);
  EXPECT_NE(key_digest("a", "b"), key_digest("b", "a"));
  EXPECT_NE(key_digest("a", "a"), key_digest("b", "b"));
}

TEST(Envelope, P9_every_flipped_bit_and_every_cut_is_found) {
  const std::string bytes = encode_envelope(full(), digest);
  Envelope read;
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    EXPECT_NE(decode_envelope(bytes.substr(0, index), digest, read), EnvelopeKind::envelope);
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[index] = static_cast<char>(flipped[index] ^ (1 << bit));
      const EnvelopeKind kind = decode_envelope(flipped, digest, read);
      if (index == expired_offset && bit == 0) continue;  // not summed up: it is set in place
      EXPECT_EQ(kind, index < 3 ? EnvelopeKind::raw : EnvelopeKind::corrupt) << index << " " << bit;
    }
  }
}

TEST(Envelope, one_byte_in_place_makes_it_expired) {
  std::string bytes = encode_envelope(full(), digest);
  bytes[expired_offset] = 1;
  Envelope read;
  ASSERT_EQ(decode_envelope(bytes, digest, read), EnvelopeKind::envelope);
  EXPECT_TRUE(read.is_expired);
}

TEST(Envelope, an_empty_value_and_one_known_to_be_absent_differ) {
  Envelope read;
  ASSERT_EQ(decode_envelope(encode_envelope({.life = {.total_ms = 1}}, digest), digest, read),
            EnvelopeKind::envelope);
  EXPECT_FALSE(read.is_negative);
  const Envelope negative{.is_negative = true, .life = {.total_ms = 1}};
  ASSERT_EQ(decode_envelope(encode_envelope(negative, digest), digest, read),
            EnvelopeKind::envelope);
  EXPECT_TRUE(read.is_negative);
}

TEST(Envelope, a_flag_whose_part_is_empty_is_corrupt) {
  const Envelope plain{.life = {.total_ms = 1}, .payload = std::string_view("\0\0\0\0", 4)};
  const std::string bytes = encode_envelope(plain, digest);
  const std::size_t flags = write_id_end;
  for (const char flag : {2, 4, 8}) {  // the payload's zeros are then what the part says
    std::string flagged = bytes;
    flagged[flags] = flag;
    const std::uint64_t sum = hash_bytes(std::string_view(flagged).substr(13), 0);
    for (std::size_t index = 0; index < 8; ++index) {
      flagged[5 + index] = static_cast<char>(sum >> (8 * index));
    }
    Envelope read;
    EXPECT_EQ(decode_envelope(flagged, digest, read), EnvelopeKind::corrupt) << int{flag};
  }
}

RC_GTEST_PROP(Envelope, any_value_survives, ()) {
  Envelope written;
  const auto payload = *rc::gen::arbitrary<std::string>();
  const auto number = [] { return *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 53); };
  written.write_id = *rc::gen::arbitrary<std::uint64_t>();
  written.format = static_cast<Format>(*rc::gen::inRange(0, 4));
  written.life = {.total_ms = 1 + number() / 2,
                  .fresh_ms = number(),
                  .age_ms = number(),
                  .stale_while_revalidate_ms = number(),
                  .stale_if_error_ms = number()};
  written.space_mark = {number(), number()};
  for (int count = *rc::gen::inRange(0, 5); count > 0; --count) {
    written.tags.push_back({*rc::gen::string<std::string>(), {number(), number()}});
    RC_PRE(written.tags.back().tag.size() <= 256);
  }
  written.validators.etag = *rc::gen::string<std::string>();
  written.payload = payload;
  const std::string bytes = encode_envelope(written, digest);
  Envelope read;
  RC_ASSERT(decode_envelope(bytes, digest, read) == EnvelopeKind::envelope);
  expect_equal(read, written);
}

}  // namespace
}  // namespace nacre::remote
