#include "resp/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/resp_text.hpp"

namespace nacre::resp {
namespace {

using test::read_all;
using testing::ElementsAre;
using namespace std::string_literals;

struct Example {
  std::string stream;
  std::vector<std::string> frames;
};

const std::vector<Example>& examples() {
  static const std::vector<Example> all{
      {"+OK\r\n", {"+OK"}},
      {"+\r\n", {"+"}},
      {"-ERR no such key\r\n", {"-ERR no such key"}},
      {":0\r\n:-1\r\n:9223372036854775807\r\n:-9223372036854775808\r\n",
       {"0", "-1", "9223372036854775807", "-9223372036854775808"}},
      {":+5\r\n", {"5"}},
      {"$5\r\nhello\r\n", {"'hello'"}},
      {"$0\r\n\r\n", {"''"}},
      {"$4\r\n\r\n\r\n\r\n", {"'\r\n\r\n'"}},
      {"$3\r\na\0b\r\n"s, {"'a\0b'"s}},
      {"$-1\r\n*-1\r\n_\r\n", {"_", "_", "_"}},
      {"#t\r\n#f\r\n", {"#t", "#f"}},
      {",1.5\r\n,-2e3\r\n,inf\r\n,-inf\r\n,10\r\n",
       {",1.500000", ",-2000.000000", ",inf", ",-inf", ",10.000000"}},
      {",nan\r\n", {",nan"}},
      {"(3492890328409238509324850943850943825024385\r\n(-7\r\n",
       {"(3492890328409238509324850943850943825024385", "(-7"}},
      {"=15\r\ntxt:Some string\r\n=4\r\nmkd:\r\n", {"=txt:Some string", "=mkd:"}},
      {"!22\r\nSYNTAX invalid\r\nsyntax\r\n", {"!SYNTAX invalid\r\nsyntax"}},
      {"*0\r\n", {"[]"}},
      {"*3\r\n:1\r\n$1\r\nx\r\n*2\r\n+a\r\n_\r\n", {"[1 'x' [+a _]]"}},
      {"~2\r\n:1\r\n:2\r\n%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n", {"~{1 2}", "%{+a 1 +b [2]}"}},
      {"*2\r\n*0\r\n%0\r\n", {"[[] %{}]"}},
      {">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n", {">{'invalidate' ['k']}"}},
      // An attribute belongs to the value after it and is not counted as an element.
      {"|1\r\n+ttl\r\n:3600\r\n*2\r\n:1\r\n|1\r\n+a\r\n:9\r\n:2\r\n", {"|{+ttl 3600}[1 |{+a 9}2]"}},
      {"|0\r\n:1\r\n", {"|{}1"}},
      {"|1\r\n+a\r\n:1\r\n|1\r\n+b\r\n:2\r\n:3\r\n:4\r\n", {"|{+a 1}3", "4"}},
      // A push between the chunks of an aggregate comes first, and the aggregate goes on.
      {"*2\r\n:1\r\n>2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n:2\r\n:3\r\n",
       {">{+invalidate ['k']}", "[1 2]", "3"}},
      {"*1\r\n%1\r\n>1\r\n+p\r\n+k\r\n>1\r\n+q\r\n*1\r\n>1\r\n+r\r\n:5\r\n",
       {">{+p}", ">{+q}", ">{+r}", "[%{+k [5]}]"}},
      {"|1\r\n+a\r\n>1\r\n+p\r\n:1\r\n>1\r\n+q\r\n:2\r\n", {">{+p}", ">{+q}", "|{+a 1}2"}},
      {">1\r\n+a\r\n>1\r\n+b\r\n+c\r\n", {">{+a}", ">{+b}", "+c"}},
  };
  return all;
}

TEST(Reader, reads_every_type_however_the_stream_is_cut) {
  for (const Example& example : examples()) {
    for (std::size_t piece = 1; piece <= example.stream.size(); ++piece) {
      EXPECT_EQ(read_all(example.stream, piece), example.frames)
          << example.stream << " in pieces of " << piece;
    }
  }
}

TEST(Reader, waits_for_the_rest_wherever_a_frame_is_cut_off) {
  for (const Example& example : examples()) {
    for (std::size_t kept = 0; kept < example.stream.size(); ++kept) {
      std::vector<std::string> frames = read_all(example.stream.substr(0, kept), kept + 1);
      if (!frames.empty() && frames.back() == "more") frames.pop_back();
      ASSERT_LE(frames.size(), example.frames.size());
      EXPECT_TRUE(std::equal(frames.begin(), frames.end(), example.frames.begin()))
          << example.stream << " cut at " << kept;
    }
  }
}

TEST(Reader, refuses_what_is_not_resp) {
  for (const std::string& stream : {
           "hello\r\n"s,
           "\r\n"s,
           "\0"s,
           ":\r\n"s,
           ":1a\r\n"s,
           ":1\n"s,
           ":--1\r\n"s,
           ": 1\r\n"s,
           ":9223372036854775808\r\n"s,
           ":-9223372036854775809\r\n"s,
           ":00000000000000000000001\r\n"s,
           "$\r\n"s,
           "$-2\r\n"s,
           "$1\r\nab\r\n"s,
           "$1\r\na\n\r"s,
           "+a\rb\r\n"s,
           "+a\nb\r\n"s,
           "#x\r\n"s,
           "#\r\n"s,
           "#tt\r\n"s,
           "_x\r\n"s,
           ",\r\n"s,
           ",1.5x\r\n"s,
           ",++1\r\n"s,
           "(\r\n"s,
           "(1.5\r\n"s,
           "(-\r\n"s,
           "=3\r\ntxt\r\n"s,
           "=4\r\ntxt-\r\n"s,
           "=-1\r\n"s,
           "!-1\r\n"s,
           "*-2\r\n"s,
           "~-1\r\n"s,
           "%-1\r\n"s,
           ">-1\r\n"s,
           ">0\r\n"s,
           "|-1\r\n"s,
           ">1\r\n>1\r\n+a\r\n"s,
           // Streamed strings and aggregates.
           "$?\r\n;4\r\nHell\r\n;0\r\n"s,
           "*?\r\n:1\r\n.\r\n"s,
           "%?\r\n"s,
       }) {
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
      const std::vector<std::string> frames = read_all(stream, piece);
      ASSERT_EQ(frames.size(), 1U) << stream;
      EXPECT_TRUE(frames.front().starts_with("fault: ")) << stream << " gave " << frames.front();
    }
  }
}

TEST(Reader, stays_in_the_fault_until_it_is_reset) {
  Reader reader;
  reader.feed("+OK\r\n?");
  EXPECT_EQ(reader.next(), Step::reply);
  EXPECT_EQ(reader.next(), Step::fault);
  reader.feed("+OK\r\n");
  EXPECT_EQ(reader.next(), Step::fault);

  reader.reset();
  EXPECT_EQ(reader.next(), Step::need_more);
  reader.feed("+again\r\n");
  ASSERT_EQ(reader.next(), Step::reply);
  EXPECT_EQ(reader.frame().text(), "again");
}

TEST(Reader, keeps_a_frame_while_the_buffer_grows_and_moves) {
  const std::string large(300'000, 'x');
  std::string stream;
  for (int round = 0; round < 5; ++round) {
    stream += "*3\r\n$5\r\nfirst\r\n$" + std::to_string(large.size()) + "\r\n" + large +
              "\r\n>1\r\n+p\r\n:7\r\n";
  }
  const std::string expected = "['first' '" + large + "' 7]";
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{16'384}, std::size_t{70'001}}) {
    const std::vector<std::string> frames = read_all(stream, piece);
    ASSERT_EQ(frames.size(), 10U);
    for (std::size_t at = 0; at < frames.size(); at += 2) {
      EXPECT_EQ(frames[at], ">{+p}");
      EXPECT_EQ(frames[at + 1], expected);
    }
  }
}

TEST(Reader, P11_limits_how_deep_a_frame_is_nested) {
  const Limits limits{.max_depth = 3};
  EXPECT_THAT(read_all("*1\r\n*1\r\n*1\r\n:1\r\n", 99, limits), ElementsAre("[[[1]]]"));
  EXPECT_THAT(read_all("*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", 99, limits),
              ElementsAre("fault: a reply is nested deeper than allowed"));
  // A push at the deepest level is no deeper: its own depth is counted on its own.
  EXPECT_THAT(read_all("*1\r\n*1\r\n*1\r\n>2\r\n+p\r\n*1\r\n*1\r\n:2\r\n:1\r\n", 99, limits),
              ElementsAre(">{+p [[2]]}", "[[[1]]]"));
  EXPECT_THAT(read_all("|1\r\n|1\r\n|1\r\n|1\r\n", 99, limits),
              ElementsAre("fault: a reply is nested deeper than allowed"));

  std::string bomb;
  for (int depth = 0; depth < 100'000; ++depth) bomb += "*1\r\n";
  EXPECT_THAT(read_all(bomb, 4096), ElementsAre("fault: a reply is nested deeper than allowed"));
}

TEST(Reader, P11_limits_elements_of_one_aggregate_and_of_the_whole_frame) {
  const Limits limits{.max_elements = 4};
  EXPECT_THAT(read_all("*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n", 99, limits), ElementsAre("[1 2 3 4]"));
  EXPECT_THAT(read_all("*5\r\n", 99, limits),
              ElementsAre("fault: an aggregate has more elements than allowed"));
  EXPECT_THAT(read_all("%3\r\n", 99, limits),
              ElementsAre("fault: an aggregate has more elements than allowed"));
  EXPECT_THAT(read_all("*2\r\n*2\r\n:1\r\n:2\r\n*2\r\n", 99, limits), ElementsAre("more"));
  EXPECT_THAT(read_all("*2\r\n*2\r\n:1\r\n:2\r\n*2\r\n:3\r\n", 99, limits),
              ElementsAre("fault: a reply has more elements than allowed"));
  EXPECT_THAT(read_all("*9223372036854775807\r\n", 99),
              ElementsAre("fault: an aggregate has more elements than allowed"));
}

TEST(Reader, P11_limits_bytes_of_a_string_a_line_and_a_frame) {
  const Limits limits{.max_bulk_bytes = 10, .max_frame_bytes = 40};
  EXPECT_THAT(read_all("$10\r\n0123456789\r\n", 99, limits), ElementsAre("'0123456789'"));
  EXPECT_THAT(read_all("$11\r\n", 99, limits),
              ElementsAre("fault: a string is longer than allowed"));
  EXPECT_THAT(read_all("+0123456789a", 1, limits),
              ElementsAre("fault: a line is longer than allowed"));
  EXPECT_THAT(read_all("*9\r\n$10\r\n0123456789\r\n$10\r\n0123456789\r\n$10\r\n", 99, limits),
              ElementsAre("fault: a reply is larger than allowed"));
  EXPECT_THAT(read_all("*9\r\n+123456789\r\n+123456789\r\n+123456789\r\n+123", 1, limits),
              ElementsAre("fault: a reply is larger than allowed"));
  EXPECT_THAT(read_all("$99999999999\r\n", 99),
              ElementsAre("fault: a string is longer than allowed"));
}

TEST(Reader, P11_limits_a_frame_alike_whether_it_comes_whole_or_cut) {
  const Limits limits{.max_frame_bytes = 40};
  const std::string allowed = "*3\r\n+123456789\r\n+123456789\r\n+123456789\r\n";
  const std::string larger = "*4\r\n+123456789\r\n+123456789\r\n+123456789\r\n:1\r\n";
  for (const std::size_t piece_bytes : {1, 7, 43, 99}) {
    EXPECT_THAT(read_all(allowed, piece_bytes, limits),
                ElementsAre("[+123456789 +123456789 +123456789]"));
    EXPECT_THAT(read_all(larger, piece_bytes, limits),
                ElementsAre("fault: a reply is larger than allowed"));
  }
}

TEST(Reader, P11_takes_memory_for_what_has_come_and_not_for_what_a_header_promises) {
  Reader reader;
  reader.feed("*1048576\r\n$67108864\r\nabc");
  EXPECT_EQ(reader.next(), Step::need_more);
  // The room offered is what one read may bring: nothing was sized by the headers.
  EXPECT_LE(reader.prepare().size(), std::size_t{64} << 10);
}

TEST(Reader, gives_back_a_buffer_that_one_large_reply_has_grown) {
  Reader reader;
  const std::string large(std::size_t{8} << 20, 'x');
  reader.feed("$" + std::to_string(large.size()) + "\r\n" + large + "\r\n");
  ASSERT_EQ(reader.next(), Step::reply);
  EXPECT_EQ(reader.frame().text().size(), large.size());
  EXPECT_EQ(reader.next(), Step::need_more);
  EXPECT_LE(reader.prepare().size(), std::size_t{64} << 10);
}

}  // namespace
}  // namespace nacre::resp
