#include "resp/writer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "resp/reader.hpp"
#include "support/resp_text.hpp"

namespace nacre::resp {
namespace {

using namespace std::string_literals;

TEST(WriteCommand, writes_an_array_of_strings_of_any_bytes) {
  std::string out = "before";
  append_command(out, {"SET", "k", std::string_view("\0\r\n", 3), ""});
  EXPECT_EQ(out, "before*4\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\n\0\r\n\r\n$0\r\n\r\n"s);
}

TEST(WriteCommand, says_its_size_beforehand) {
  for (const std::size_t size : {0U, 9U, 10U, 99U, 100U, 999U, 1000U, 123456U}) {
    const std::string value(size, 'x');
    const std::vector<std::string_view> arguments(1 + size % 13, value);
    std::string out;
    append_command(out, arguments);
    EXPECT_EQ(out.size(), command_bytes(arguments));
  }
}

TEST(ValueWriter, keeps_line_ends_out_of_lines) {
  std::string out;
  ValueWriter writer(out, Protocol::resp3);
  writer.error("ERR a\r\nb");
  writer.simple_string("x\ny");
  EXPECT_EQ(out, "-ERR a  b\r\n+x y\r\n");
}

TEST(ValueWriter, speaks_resp2_without_the_types_it_lacks) {
  std::string out;
  ValueWriter writer(out, Protocol::resp2);
  writer.null();
  writer.null_array();
  writer.boolean(true);
  writer.real(1.5);
  writer.big_number("77");
  writer.verbatim_string("txt", "v");
  writer.bulk_error("ERR x\r\ny");
  EXPECT_FALSE(writer.attribute(1));
  writer.map(1);
  writer.simple_string("k");
  writer.set(1);
  writer.integer(-3);
  writer.push(1);
  writer.bulk_string("p");
  EXPECT_EQ(out,
            "$-1\r\n*-1\r\n:1\r\n$3\r\n1.5\r\n$2\r\n77\r\n$1\r\nv\r\n-ERR x  y\r\n"
            "*2\r\n+k\r\n*1\r\n:-3\r\n*1\r\n$1\r\np\r\n");
}

TEST(ValueWriter, writes_reals_so_that_they_are_read_as_the_same) {
  for (const double value :
       {0.0, 0.1, -1e300, 5e-324, 1.7976931348623157e308, std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    std::string out;
    ValueWriter(out, Protocol::resp3).real(value);
    Reader reader;
    reader.feed(out);
    ASSERT_EQ(reader.next(), Step::reply);
    EXPECT_EQ(reader.frame().find_real(), value);
  }
}

std::string any_bytes() {
  return *rc::gen::arbitrary<std::string>();
}

/// A random value written to `writer`, nested at most `depth` deep.
void write_any(ValueWriter& writer, int depth) {
  const auto elements = [&](std::size_t count) {
    for (; count > 0; --count) write_any(writer, depth - 1);
  };
  if (depth > 0 && *rc::gen::inRange(0, 8) == 7 && writer.attribute(1)) elements(2);
  switch (*rc::gen::inRange(0, depth > 0 ? 14 : 10)) {
    case 0:
      return writer.null();
    case 1:
      return writer.simple_string(any_bytes());
    case 2:
      return writer.bulk_string(any_bytes());
    case 3:
      return writer.verbatim_string("txt", any_bytes());
    case 4:
      return writer.error("ERR " + any_bytes());
    case 5:
      return writer.bulk_error(any_bytes());
    case 6:
      return writer.integer(*rc::gen::arbitrary<std::int64_t>());
    case 7:
      return writer.real(*rc::gen::arbitrary<double>());
    case 8:
      return writer.boolean(*rc::gen::arbitrary<bool>());
    case 9:
      return writer.big_number("-" + std::to_string(*rc::gen::arbitrary<unsigned>()));
    default:
      break;
  }
  const auto count = *rc::gen::inRange<std::size_t>(0, 4);
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      writer.array(count);
      return elements(count);
    case 1:
      writer.set(count);
      return elements(count);
    default:
      writer.map(count);
      return elements(2 * count);
  }
}

RC_GTEST_PROP(ValueWriter, writes_what_is_read_as_the_same_however_cut, ()) {
  std::string stream;
  ValueWriter writer(stream, Protocol::resp3);
  const int count = *rc::gen::inRange(1, 5);
  for (int at = 0; at < count; ++at) write_any(writer, 4);
  const auto piece = *rc::gen::inRange<std::size_t>(1, stream.size() + 1);

  const std::vector<std::string> whole = test::read_all(stream, stream.size());
  RC_ASSERT(whole.size() == static_cast<std::size_t>(count));
  RC_ASSERT(test::read_all(stream, piece) == whole);

  std::string again;
  ValueWriter rewriter(again, Protocol::resp3);
  Reader reader;
  reader.feed(stream);
  while (reader.next() == Step::reply) rewriter.value(KeptReply(reader.frame()).view());
  RC_ASSERT(again == stream);
}

}  // namespace
}  // namespace nacre::resp
