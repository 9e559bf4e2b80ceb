#include "resp/reply.hpp"

#include <gtest/gtest.h>

#include <string>

#include "resp/reader.hpp"
#include "support/resp_text.hpp"

namespace nacre::resp {
namespace {

Reply read_one(Reader& reader, std::string_view stream) {
  reader.feed(stream);
  EXPECT_EQ(reader.next(), Step::reply);
  return reader.frame();
}

TEST(Reply, is_a_null_by_default) {
  EXPECT_TRUE(Reply().is_null());
  EXPECT_TRUE(Reply().empty());
  EXPECT_EQ(Reply().text(), "");
  EXPECT_EQ(Reply().begin(), Reply().end());
  EXPECT_TRUE(Reply()[3].is_null());
}

TEST(Reply, tells_ok_and_errors_from_values) {
  Reader reader;
  EXPECT_TRUE(read_one(reader, "+OK\r\n").is_ok());
  EXPECT_FALSE(read_one(reader, "$2\r\nOK\r\n").is_ok());
  EXPECT_TRUE(read_one(reader, "-ERR x\r\n").is_error());
  EXPECT_TRUE(read_one(reader, "!5\r\nERR x\r\n").is_error());
  EXPECT_FALSE(read_one(reader, "$5\r\nERR x\r\n").is_error());
}

TEST(Reply, finds_numbers_and_truth_in_what_either_protocol_sends) {
  Reader reader;
  EXPECT_EQ(read_one(reader, ":42\r\n").find_integer(), 42);
  EXPECT_EQ(read_one(reader, "$2\r\n42\r\n").find_integer(), 42);
  EXPECT_EQ(read_one(reader, "$3\r\n42x\r\n").find_integer(), std::nullopt);
  EXPECT_EQ(read_one(reader, "$0\r\n\r\n").find_integer(), std::nullopt);
  EXPECT_EQ(read_one(reader, ",2.5\r\n").find_real(), 2.5);
  EXPECT_EQ(read_one(reader, "$3\r\n2.5\r\n").find_real(), 2.5);
  EXPECT_EQ(read_one(reader, ":2\r\n").find_real(), 2.0);
  EXPECT_EQ(read_one(reader, "#t\r\n").find_boolean(), true);
  EXPECT_EQ(read_one(reader, ":0\r\n").find_boolean(), false);
  EXPECT_EQ(read_one(reader, ":2\r\n").find_boolean(), std::nullopt);
  EXPECT_EQ(read_one(reader, "_\r\n").find_boolean(), std::nullopt);
}

TEST(Reply, finds_elements_by_index_and_by_key) {
  Reader reader;
  const Reply array = read_one(reader, "*3\r\n*2\r\n:1\r\n:2\r\n+b\r\n:3\r\n");
  EXPECT_EQ(array.size(), 3U);
  EXPECT_EQ(array[0][1].integer(), 2);
  EXPECT_EQ(array[1].text(), "b");
  EXPECT_EQ(array[2].integer(), 3);
  EXPECT_TRUE(array[3].is_null());

  const Reply map = read_one(reader, "%2\r\n+a\r\n*1\r\n+x\r\n$1\r\nb\r\n:2\r\n");
  EXPECT_EQ(map.find("b")->integer(), 2);
  EXPECT_EQ(map.find("a")->size(), 1U);
  EXPECT_EQ(map.find("x"), std::nullopt);
  // As RESP2 sends it.
  EXPECT_EQ(read_one(reader, "*2\r\n+a\r\n:1\r\n").find("a")->integer(), 1);
  EXPECT_EQ(read_one(reader, "*3\r\n+a\r\n:1\r\n+b\r\n").find("b"), std::nullopt);
}

TEST(KeptReply, outlives_what_it_was_copied_from) {
  KeptReply kept;
  KeptReply part;
  {
    Reader reader;
    const Reply reply = read_one(
        reader, "|1\r\n+k\r\n+v\r\n*3\r\n$3\r\none\r\n=7\r\ntxt:two\r\n%1\r\n(7\r\n*1\r\n:3\r\n");
    kept = KeptReply(reply);
    part = KeptReply(reply[2]);
  }
  EXPECT_EQ(test::to_text(kept.view()), "|{+k +v}['one' =txt:two %{(7 [3]}]");
  EXPECT_EQ(test::to_text(part.view()), "%{(7 [3]}");
  EXPECT_TRUE(KeptReply().view().is_null());
}

}  // namespace
}  // namespace nacre::resp
