// MessagePack: what is written, and what is refused.
#include "nacre/messagepack.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "refusal.hpp"
#include "support/described_order.hpp"

namespace nacre {
namespace {

using samples::Order;
using ::testing::HasSubstr;

/// Bytes written as pairs of hexadecimal digits.
std::string bytes_of(std::string_view hex) {
  std::string bytes;
  std::string digits;
  for (const char digit : hex) {
    if (digit == ' ') continue;
    digits += digit;
    if (digits.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
    digits.clear();
  }
  return bytes;
}

template <class T>
std::string packed(const T& value) {
  return MessagePack<T>::encode(value);
}

template <class T>
T unpacked(std::string_view hex) {
  return MessagePack<T>::decode(bytes_of(hex));
}

template <class T>
std::string refusal_of(std::string_view hex) {
  return message_of([hex] { static_cast<void>(unpacked<T>(hex)); });
}

template <class T>
std::size_t packed_bytes(const T& value) {
  const std::string bytes = packed(value);
  EXPECT_EQ(MessagePack<T>::decode(bytes), value);
  return bytes.size();
}

TEST(MessagePack, writes_the_smallest_encoding_of_integers) {
  EXPECT_EQ(packed(0), bytes_of("00"));
  EXPECT_EQ(packed(127), bytes_of("7f"));
  EXPECT_EQ(packed(128), bytes_of("cc80"));
  EXPECT_EQ(packed(255), bytes_of("ccff"));
  EXPECT_EQ(packed(256), bytes_of("cd0100"));
  EXPECT_EQ(packed(65'535), bytes_of("cdffff"));
  EXPECT_EQ(packed(65'536), bytes_of("ce00010000"));
  EXPECT_EQ(packed(4'294'967'296), bytes_of("cf0000000100000000"));
  EXPECT_EQ(packed(std::numeric_limits<std::uint64_t>::max()), bytes_of("cfffffffffffffffff"));
  EXPECT_EQ(packed(-1), bytes_of("ff"));
  EXPECT_EQ(packed(-32), bytes_of("e0"));
  EXPECT_EQ(packed(-33), bytes_of("d0df"));
  EXPECT_EQ(packed(-128), bytes_of("d080"));
  EXPECT_EQ(packed(-129), bytes_of("d1ff7f"));
  EXPECT_EQ(packed(-32'769), bytes_of("d2ffff7fff"));
  EXPECT_EQ(packed(std::numeric_limits<std::int64_t>::min()), bytes_of("d38000000000000000"));
}

TEST(MessagePack, writes_each_kind_as_documented) {
  EXPECT_EQ(packed(true), bytes_of("c3"));
  EXPECT_EQ(packed(false), bytes_of("c2"));
  EXPECT_EQ(packed(std::optional<int>()), bytes_of("c0"));
  EXPECT_EQ(packed(1.5), bytes_of("cb3ff8000000000000"));
  EXPECT_EQ(packed(1.5F), bytes_of("ca3fc00000"));
  EXPECT_EQ(packed(std::string("abc")), bytes_of("a3616263"));
  EXPECT_EQ(packed(std::vector<std::byte>{std::byte{7}}), bytes_of("c40107"));
  EXPECT_EQ(packed(std::vector<std::uint8_t>{7, 8}), bytes_of("c4020708"));
  EXPECT_EQ(packed(std::vector<int>{1, 2}), bytes_of("920102"));
  EXPECT_EQ(packed(std::map<std::string, int>{{"a", 1}}), bytes_of("81a16101"));
  EXPECT_EQ(packed(std::map<int, int>{{1, 2}}), bytes_of("91920102"));
  EXPECT_EQ(packed(std::variant<int, bool>(true)), bytes_of("81a131c3"));
  EXPECT_EQ(packed(samples::Plan::free), bytes_of("a466726565"));
}

TEST(MessagePack, writes_the_smallest_encoding_of_lengths) {
  EXPECT_EQ(packed_bytes(std::string(31, 'x')), 1U + 31);
  EXPECT_EQ(packed_bytes(std::string(32, 'x')), 2U + 32);
  EXPECT_EQ(packed_bytes(std::string(255, 'x')), 2U + 255);
  EXPECT_EQ(packed_bytes(std::string(256, 'x')), 3U + 256);
  EXPECT_EQ(packed_bytes(std::string(65'536, 'x')), 5U + 65'536);
  EXPECT_EQ(packed_bytes(std::vector<std::uint8_t>(255)), 2U + 255);
  EXPECT_EQ(packed_bytes(std::vector<std::uint8_t>(256)), 3U + 256);
  EXPECT_EQ(packed_bytes(std::vector<std::uint8_t>(65'536)), 5U + 65'536);
  EXPECT_EQ(packed_bytes(std::vector<int>(15)), 1U + 15);
  EXPECT_EQ(packed_bytes(std::vector<int>(16)), 3U + 16);
  EXPECT_EQ(packed_bytes(std::vector<int>(65'536)), 5U + 65'536);
  std::map<std::string, bool> map;
  for (char letter = 'a'; letter < 'a' + 16; ++letter) map[std::string(1, letter)] = true;
  EXPECT_EQ(packed_bytes(map), 3U + 16 * 3);
  map.erase("a");
  EXPECT_EQ(packed_bytes(map), 1U + 15 * 3);
}

TEST(MessagePack, writes_the_smallest_timestamp) {
  using namespace std::chrono_literals;
  using Time = std::chrono::sys_time<std::chrono::nanoseconds>;
  EXPECT_EQ(packed(Time(1s)), bytes_of("d6ff 00000001"));
  EXPECT_EQ(packed(Time(4'294'967'295s)), bytes_of("d6ff ffffffff"));
  EXPECT_EQ(packed(Time(4'294'967'296s)), bytes_of("d7ff 0000000100000000"));
  EXPECT_EQ(packed(Time(1s + 1ns)), bytes_of("d7ff 0000000400000001"));
  EXPECT_EQ(packed(Time(-1ns)), bytes_of("c70cff 3b9ac9ff ffffffffffffffff"));
}

TEST(MessagePack, reads_every_encoding) {
  for (const std::string_view hex : {"05", "cc05", "cd0005", "ce00000005", "cf0000000000000005",
                                     "d005", "d10005", "d200000005", "d30000000000000005"}) {
    EXPECT_EQ(unpacked<std::int8_t>(hex), 5) << hex;
    EXPECT_EQ(unpacked<std::uint64_t>(hex), 5U) << hex;
    EXPECT_EQ(unpacked<double>(hex), 5.0) << hex;
  }
  for (const std::string_view hex : {"fb", "d0fb", "d1fffb", "d2fffffffb", "d3fffffffffffffffb"}) {
    EXPECT_EQ(unpacked<std::int8_t>(hex), -5) << hex;
    EXPECT_EQ(unpacked<double>(hex), -5.0) << hex;
  }
  for (const std::string_view hex : {"a161", "d90161", "da000161", "db0000000161"}) {
    EXPECT_EQ(unpacked<std::string>(hex), "a") << hex;
  }
  for (const std::string_view hex : {"c40161", "c5000161", "c60000000161"}) {
    EXPECT_EQ(unpacked<std::vector<std::uint8_t>>(hex), std::vector<std::uint8_t>{0x61}) << hex;
  }
  for (const std::string_view hex : {"9101", "dc000101", "dd0000000101"}) {
    EXPECT_EQ(unpacked<std::vector<int>>(hex), std::vector<int>{1}) << hex;
  }
  for (const std::string_view hex : {"81a16101", "de0001a16101", "df00000001a16101"}) {
    EXPECT_EQ((unpacked<std::map<std::string, int>>(hex)), (std::map<std::string, int>{{"a", 1}}))
        << hex;
  }
  for (const std::string_view hex :
       {"d6ff00000005", "d7ff0000000000000005", "c70cff000000000000000000000005", "c704ff00000005",
        "c80004ff00000005", "c900000004ff00000005"}) {
    EXPECT_EQ(unpacked<std::chrono::sys_seconds>(hex).time_since_epoch().count(), 5) << hex;
  }
  EXPECT_EQ(unpacked<float>("cb3ff8000000000000"), 1.5F);
  EXPECT_EQ(unpacked<double>("ca3fc00000"), 1.5);
}

TEST(MessagePack, keeps_what_is_not_finite) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(MessagePack<double>::decode(packed(-infinity)), -infinity);
  EXPECT_TRUE(std::isnan(MessagePack<float>::decode(packed(std::nanf("")))));
  EXPECT_EQ(MessagePack<float>::decode(packed(infinity)), std::numeric_limits<float>::infinity());
}

TEST(MessagePack, refuses_numbers_that_do_not_fit) {
  EXPECT_THAT(refusal_of<std::int8_t>("cc80"), HasSubstr("from -128 to 127"));
  EXPECT_THAT(refusal_of<std::uint8_t>("ff"), HasSubstr("from 0 to 255"));
  EXPECT_THAT(refusal_of<std::uint8_t>("cd0100"), HasSubstr("from 0 to 255"));
  EXPECT_THAT(refusal_of<std::int64_t>("cf8000000000000000"), HasSubstr("out of this range"));
  EXPECT_THAT(refusal_of<std::uint64_t>("d3ffffffffffffffff"), HasSubstr("out of this range"));
  EXPECT_THAT(refusal_of<int>("cb3ff0000000000000"), HasSubstr("found a floating point number"));
  EXPECT_THAT(refusal_of<float>("cb7e37e43c8800759c"), HasSubstr("out of the range"));
}

TEST(MessagePack, says_where_something_else_stands) {
  EXPECT_EQ(refusal_of<Order>("90"), "$: expected a map, found an array");
  EXPECT_EQ(refusal_of<Order>("81a46e616d6501"), "$.name: expected a string, found an integer");
  EXPECT_EQ(refusal_of<Order>("8101c0"), "$[0]: expected a string as key, found an integer");
  EXPECT_EQ(refusal_of<Order>("82 a16101 a16102"), "nothing was thrown");
  EXPECT_EQ(refusal_of<Order>("82 a26964 01 a26964 01"), "$.id: the member is there twice");
  EXPECT_EQ((refusal_of<std::map<std::string, int>>("82 a16101 a16102")),
            "$[1]: a key is there twice");
  EXPECT_EQ(refusal_of<std::vector<std::uint8_t>>("a161"), "$: expected bytes, found a string");
  EXPECT_EQ(refusal_of<std::string>("c40161"), "$: expected a string, found bytes");
  EXPECT_EQ(refusal_of<std::monostate>("01"), "$: expected nil, found an integer");
  EXPECT_EQ(refusal_of<bool>("00"), "$: expected a boolean, found an integer");
  EXPECT_EQ(refusal_of<std::string>("a1ff"), "$: found a string that is not UTF-8");
  EXPECT_EQ(refusal_of<Order>("81a1ffc0"), "$[0]: found a string that is not UTF-8");
}

TEST(MessagePack, refuses_what_is_not_one_value) {
  EXPECT_THAT(refusal_of<int>(""), HasSubstr("the bytes end inside the value"));
  EXPECT_THAT(refusal_of<int>("c1"), HasSubstr("0xc1"));
  EXPECT_THAT(refusal_of<std::vector<int>>("91c1"), HasSubstr("$[0]: found the byte 0xc1"));
  EXPECT_THAT(refusal_of<int>("0101"), HasSubstr("there is more after the value"));
  EXPECT_THAT(refusal_of<Order>("81a178c1"), HasSubstr("0xc1"));
}

TEST(MessagePack, refuses_timestamps_that_are_none) {
  using Time = std::chrono::sys_seconds;
  EXPECT_THAT(refusal_of<Time>("05"), HasSubstr("expected a timestamp, found an integer"));
  EXPECT_THAT(refusal_of<Time>("d6fe00000005"), HasSubstr("expected a timestamp"));
  EXPECT_THAT(refusal_of<Time>("d4ff05"), HasSubstr("4, 8 or 12 bytes"));
  EXPECT_THAT(refusal_of<Time>("d8ff"
                               "00000000000000000000000000000005"),
              HasSubstr("4, 8 or 12"));
  EXPECT_THAT(refusal_of<Time>("d7ffee6b280000000005"), HasSubstr("1000000000 nanoseconds"));
  EXPECT_THAT(refusal_of<Time>("c70cff3b9aca000000000000000005"), HasSubstr("1000000000"));
  // In range for seconds, out of range for nanoseconds.
  const std::string_view far = "c70cff000000007fffffffffffffff";
  EXPECT_EQ(unpacked<Time>(far).time_since_epoch().count(),
            std::numeric_limits<std::int64_t>::max());
  EXPECT_THAT(refusal_of<std::chrono::sys_time<std::chrono::nanoseconds>>(far),
              HasSubstr("too far from 1970"));
}

TEST(MessagePack, limits_the_depth_before_the_stack_does) {
  const std::string arrays(100'000, '\x91');
  std::string maps;
  for (int level = 0; level < 50'000; ++level) maps += "\x81\xA1x";
  std::string wide;
  for (int level = 0; level < 24'000; ++level) wide += "\xDC\xFF\xFF";

  for (const std::string& bomb : {arrays, maps, wide}) {
    const auto known = [&] { MessagePack<std::vector<Order>>::decode(bomb); };
    const auto unknown = [&] { MessagePack<Order>::decode("\x81\xA1x" + bomb); };
    EXPECT_EQ(code_of(known), Errc::deserialization_failed);
    EXPECT_THAT(message_of(unknown), HasSubstr("nested deeper than 32"));
  }
  const auto nested = [](std::size_t depth) {
    return "\x81\xA1x" + std::string(depth - 1, '\x91') + '\x01';
  };
  EXPECT_NO_THROW(MessagePack<Order>::decode(nested(32)));
  EXPECT_THROW(MessagePack<Order>::decode(nested(33)), Error);
}

TEST(MessagePack, skips_unknown_members_and_keeps_defaults_of_missing_ones) {
  // {"planet": {1: [nil, "x"], ext}, "zip": 7}: keys of a skipped map may be anything.
  EXPECT_EQ(unpacked<samples::Address>("82 a6706c616e6574 82 01 92c0a178 d40102 c0 a37a6970 07"),
            (samples::Address{.zip = 7}));
}

TEST(MessagePack, writes_only_utf8) {
  EXPECT_THAT(message_of([] { packed(samples::Address{.city = "\xFF"}); }),
              HasSubstr("$.city: the text is not UTF-8"));
}

TEST(MessagePack, is_cut_at_every_byte_without_harm) {
  const std::string whole = packed(samples::full_order());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(
        code_of([&] { static_cast<void>(MessagePack<Order>::decode(whole.substr(0, size))); }),
        Errc::deserialization_failed)
        << size;
  }
}

TEST(MessagePack, survives_any_changed_byte) {
  const std::string whole = packed(samples::full_order());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned byte = 0; byte < 256; byte += 3) {
      std::string changed = whole;
      changed[at] = static_cast<char>(byte);
      try {
        static_cast<void>(MessagePack<Order>::decode(changed));
      } catch (const Error& error) {
        ASSERT_EQ(error.code(), Errc::deserialization_failed);
      }
    }
  }
}

TEST(MessagePackWriter, holds_a_layout_to_its_counts) {
  const auto refused = [](auto write) {
    return code_of([&] {
             MessagePackWriter out;
             write(out);
             static_cast<void>(out.take());
           }) == Errc::serialization_failed;
  };
  EXPECT_TRUE(refused([](MessagePackWriter&) {}));
  EXPECT_TRUE(refused([](MessagePackWriter& out) { out.begin_array(1), out.end_array(); }));
  EXPECT_TRUE(refused([](MessagePackWriter& out) { out.begin_object(1), out.null(); }));
  EXPECT_TRUE(refused([](MessagePackWriter& out) { out.null(), out.null(); }));
}

}  // namespace
}  // namespace nacre
