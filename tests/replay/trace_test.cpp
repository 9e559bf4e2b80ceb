#include "trace.hpp"

#include <gtest/gtest.h>
#include <lzma.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "synthetic.hpp"

namespace nacre::replay {
namespace {

using namespace std::string_literals;

TEST(Trace, numbers_are_little_endian_and_renumbered_in_order) {
  const Trace trace = parse_trace("a.u32", "\x07\x01\0\0\x07\0\0\0\x07\x01\0\0"s);
  EXPECT_EQ(trace.name, "a");
  EXPECT_EQ(trace.accesses, (std::vector<KeyId>{0, 1, 0}));
  EXPECT_EQ(trace.key_count, 2u);
  EXPECT_THROW(parse_trace("a.u32", "abc"), std::runtime_error);
}

TEST(Trace, lines_with_time_key_and_bytes_bring_sizes) {
  const Trace trace = parse_trace("a.csv", "1,x,10\n2,y,300\r\n3,x,99\n");
  EXPECT_EQ(trace.accesses, (std::vector<KeyId>{0, 1, 0}));
  EXPECT_EQ(trace.bytes_of_key, (std::vector<std::uint32_t>{10, 300}));
  EXPECT_THROW(parse_trace("a.csv", "1,x\n"), std::runtime_error);
  EXPECT_THROW(parse_trace("a.csv", "1,x,12k\n"), std::runtime_error);
}

TEST(Trace, plain_text_is_one_key_a_line) {
  const Trace trace = parse_trace("a.trace", "b\na\n\nb");
  EXPECT_EQ(trace.accesses, (std::vector<KeyId>{0, 1, 0}));
  EXPECT_THROW(parse_trace("a.trace", "\n"), std::runtime_error);
}

TEST(Trace, packed_files_are_unpacked_and_broken_ones_refused) {
  const std::string plain = "one\ntwo\none\n";
  std::vector<std::uint8_t> packed(1024);
  std::size_t packed_bytes = 0;
  ASSERT_EQ(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                                    reinterpret_cast<const std::uint8_t*>(plain.data()),
                                    plain.size(), packed.data(), &packed_bytes, packed.size()),
            LZMA_OK);
  const std::string path = ::testing::TempDir() + "nacre_trace_test.txt.xz";
  const auto write = [&](std::size_t bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(packed.data()), static_cast<std::streamsize>(bytes));
  };
  write(packed_bytes);
  EXPECT_EQ(read_trace(path).accesses, (std::vector<KeyId>{0, 1, 0}));
  write(packed_bytes - 9);
  EXPECT_THROW(read_trace(path), std::runtime_error);
  std::remove(path.c_str());
  EXPECT_THROW(read_trace(path), std::runtime_error);
}

TEST(Synthetic, the_same_seed_draws_the_same_trace) {
  for (const SyntheticSpec& spec : synthetic_suite()) {
    const Trace trace = make_synthetic(spec, 20'000, 3);
    EXPECT_EQ(trace.accesses, make_synthetic(spec, 20'000, 3).accesses) << spec.name;
    EXPECT_EQ(trace.accesses.size(), 20'000u) << spec.name;
  }
}

}  // namespace
}  // namespace nacre::replay
