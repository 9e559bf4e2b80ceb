#include "http/response_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace nacre {
namespace {

using ::testing::HasSubstr;
using State = ResponseReader::State;
using Fault = ResponseReader::Fault;

constexpr std::size_t max_body_bytes = 1000;

/// What a reader makes of bytes and an orderly end after them.
struct Reading {
  State state{};
  Fault fault{};
  bool is_clean = false;
  std::string body{};
  friend bool operator==(const Reading&, const Reading&) = default;
};

Reading read(std::string_view bytes, std::size_t step = std::string_view::npos) {
  ResponseReader reader(max_body_bytes);
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, step);
    reader.feed(piece);
    bytes.remove_prefix(piece.size());
  }
  reader.feed_end();
  Reading reading{.state = reader.state(),
                  .fault = reader.fault(),
                  .is_clean = reader.leaves_connection_clean()};
  if (reading.state == State::complete) reading.body = reader.take_response().body;
  if (reading.state == State::failed) {
    EXPECT_NE(reader.trouble(), "");
  }
  return reading;
}

Reading complete(std::string body, bool is_clean = true) {
  return {.state = State::complete, .is_clean = is_clean, .body = std::move(body)};
}
Reading failed(Fault fault) {
  return {.state = State::failed, .fault = fault};
}

TEST(ResponseReader, takes_a_body_by_its_length) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), complete("hello"));
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), complete(""));
}

TEST(ResponseReader, takes_a_chunked_body) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\nabc\r\n2;x=\"y\"\r\nde\r\n0\r\nTrailer: x\r\n\r\n"),
            complete("abcde"));
}

TEST(ResponseReader, takes_chunks_byte_by_byte) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::size_t step : {1, 2, 3, 4}) {
    EXPECT_EQ(read(head + "0\r\n\r\n", step), complete(""));
    EXPECT_EQ(read(head + "1\r\na\r\n0\r\n\r\n", step), complete("a"));
    EXPECT_EQ(read(head + "0;x\r\nA: b\r\n\r\n", step), complete(""));
  }
}

TEST(ResponseReader, takes_a_body_that_ends_with_the_connection) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\n\r\nhello"), complete("hello", false));
  EXPECT_EQ(read("HTTP/1.0 200 OK\r\n\r\n"), complete("", false));
}

TEST(ResponseReader, keeps_the_fields_that_matter) {
  ResponseReader reader(max_body_bytes);
  reader.feed(
      "HTTP/1.1 203 x\r\nCONTENT-TYPE: application/json\r\nETag: W/\"1\"\r\n"
      "Last-Modified: Tue, 01 Jan 2030 00:00:00 GMT\r\nCache-Control: no-store\r\n"
      "Cache-Control: max-age=5\r\nContent-Encoding: gzip\r\nX-Other: y\r\n"
      "Content-Length: 0\r\n\r\n");
  ASSERT_EQ(reader.state(), State::complete);
  const OriginResponse response = reader.take_response();
  EXPECT_EQ(response.status, 203);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.etag, "W/\"1\"");
  EXPECT_EQ(response.last_modified, "Tue, 01 Jan 2030 00:00:00 GMT");
  EXPECT_EQ(response.cache_control, "no-store, max-age=5");
  EXPECT_EQ(response.content_encoding, "gzip");
}

TEST(ResponseReader, trailers_change_no_field) {
  ResponseReader reader(max_body_bytes);
  reader.feed(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: \"1\"\r\n\r\n"
      "0\r\nETag: \"2\"\r\n\r\n");
  ASSERT_EQ(reader.state(), State::complete);
  EXPECT_EQ(reader.take_response().etag, "\"1\"");
}

TEST(ResponseReader, skips_interim_responses) {
  EXPECT_EQ(read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
            complete("ok"));
}

TEST(ResponseReader, bounds_interim_responses) {
  std::string bytes;
  for (std::size_t count = 0; count <= max_interim_responses; ++count) {
    bytes += "HTTP/1.1 102 Wait\r\n\r\n";
  }
  EXPECT_EQ(read(bytes), failed(Fault::malformed));
}

TEST(ResponseReader, has_no_body_where_there_is_none) {
  EXPECT_EQ(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"), complete(""));
  EXPECT_EQ(read("HTTP/1.1 204 No Content\r\n\r\n"), complete(""));
}

TEST(ResponseReader, tells_whether_the_connection_may_go_on) {
  EXPECT_FALSE(read("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").is_clean);
  EXPECT_FALSE(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").is_clean);
  EXPECT_TRUE(
      read("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n").is_clean);
  EXPECT_FALSE(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK").is_clean)
      << "bytes that nobody asked for must not answer the next request";
  EXPECT_FALSE(read("HTTP/1.1 304 x\r\nContent-Length: 2\r\n\r\nok").is_clean);
}

TEST(ResponseReader, says_whether_anything_has_come) {
  ResponseReader reader(max_body_bytes);
  EXPECT_FALSE(reader.has_begun());
  reader.feed("");
  EXPECT_FALSE(reader.has_begun());
  reader.feed("H");
  EXPECT_TRUE(reader.has_begun());
}

TEST(ResponseReader, bounds_the_body) {
  const std::string most(max_body_bytes, 'x');
  const std::string head = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(read(head + "Content-Length: 1000\r\n\r\n" + most), complete(most));
  EXPECT_EQ(read(head + "Content-Length: 1001\r\n\r\n"), failed(Fault::body_too_large));
  EXPECT_EQ(read(head + "\r\n" + most), complete(most, false));
  EXPECT_EQ(read(head + "\r\n" + most + "x", 7), failed(Fault::body_too_large));
  EXPECT_EQ(read(head + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + most + "\r\n1\r\nx\r\n"),
            failed(Fault::body_too_large));
  EXPECT_EQ(read(head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffff0\r\nx"),
            failed(Fault::body_too_large));

  ResponseReader reader(max_body_bytes);
  reader.feed(head + "Content-Length: 1001\r\n\r\n");
  EXPECT_THAT(reader.trouble(), HasSubstr("max_body_bytes (1000)"));
}

// Endless heads, fed in pieces of the size of a network packet: none may be held without limit.
TEST(ResponseReader, bounds_every_part_of_the_head) {
  const auto feeds_until_failed = [](std::string_view start, std::string_view repeated) {
    ResponseReader reader(max_body_bytes);
    reader.feed(start);
    std::size_t fed_bytes = start.size();
    while (reader.state() == State::needs_more && fed_bytes < 4 * max_response_head_bytes) {
      reader.feed(repeated);
      fed_bytes += repeated.size();
    }
    EXPECT_EQ(reader.fault(), Fault::head_too_large);
    return fed_bytes;
  };
  const std::size_t max_fed_bytes = 2 * max_response_head_bytes;
  const std::string piece(1400, 'a');
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_LE(feeds_until_failed("HTTP/1.1 200 ", piece), max_fed_bytes);
  EXPECT_LE(feeds_until_failed("HTTP/1.1 200 OK\r\nX: ", piece), max_fed_bytes);
  EXPECT_LE(feeds_until_failed("HTTP/1.1 200 OK\r\n", "X: " + piece + "\r\n"), max_fed_bytes);
  EXPECT_LE(feeds_until_failed("HTTP/1.1 200 OK\r\n", "X: y\r\n"), max_fed_bytes);
  // Each piece ends one field and begins the next, so that the parser takes them one by one.
  EXPECT_LE(feeds_until_failed("HTTP/1.1 200 OK\r\nX", ": " + piece + "\r\nX"), max_fed_bytes);
  EXPECT_LE(feeds_until_failed(chunked + "1;", piece), max_fed_bytes);
  EXPECT_LE(feeds_until_failed(chunked + "0\r\n", "X: " + piece + "\r\n"), max_fed_bytes);
}

struct BadResponse {
  const char* name;
  std::string bytes;
  Fault fault = Fault::malformed;
};

std::vector<BadResponse> bad_responses() {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  return {
      {"nothing", "", Fault::cut_short},
      {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n"},
      {"binary", std::string("\x16\x03\x01\x00\x00", 5)},
      {"HTTP/0.9", "<html>hello</html>"},
      {"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n"},
      {"lower-case protocol", "http/1.1 200 OK\r\n\r\n"},
      {"two-digit status", "HTTP/1.1 20 OK\r\n\r\n"},
      {"status out of range", "HTTP/1.1 999 OK\r\n\r\n"},
      {"status zero", "HTTP/1.1 000 OK\r\n\r\n"},
      {"negative status", "HTTP/1.1 -20 OK\r\n\r\n"},
      {"101", "HTTP/1.1 101 Switching Protocols\r\n\r\n"},
      {"LF in a field", ok + "A: b\nC: d\r\nContent-Length: 0\r\n\r\n"},
      {"CR in a field", ok + "A: b\rC: d\r\nContent-Length: 0\r\n\r\n"},
      {"NUL in a field", ok + std::string("A: b\0c\r\n", 8) + "Content-Length: 0\r\n\r\n"},
      {"space before colon", ok + "Content-Length : 0\r\n\r\n"},
      {"no colon", ok + "Content-Length 0\r\n\r\n"},
      {"empty name", ok + ": x\r\nContent-Length: 0\r\n\r\n"},
      {"length with plus", ok + "Content-Length: +5\r\n\r\nhello"},
      {"negative length", ok + "Content-Length: -1\r\n\r\nhello"},
      {"length of letters", ok + "Content-Length: five\r\n\r\nhello"},
      {"hexadecimal length", ok + "Content-Length: 0x5\r\n\r\nhello"},
      {"empty length", ok + "Content-Length:\r\n\r\nhello"},
      {"two lengths", ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"},
      {"list of lengths", ok + "Content-Length: 5, 6\r\n\r\nhello!"},
      {"length of 20 digits", ok + "Content-Length: 99999999999999999999\r\n\r\nx"},
      {"length and chunked", ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello"},
      {"chunked and length", ok + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello"},
      {"chunked twice",
       ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"chunked twice in one", ok + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"},
      {"xchunked", ok + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
      {"gzip, chunked", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"identity with length", ok + "Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n"},
      {"chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"chunk 0x5", chunked + "0x5\r\nhello\r\n0\r\n\r\n"},
      {"chunk of 2^64", chunked + "10000000000000000\r\nhello\r\n"},
      {"negative chunk", chunked + "-5\r\nhello\r\n0\r\n\r\n"},
      {"empty chunk size", chunked + "\r\nhello\r\n0\r\n\r\n"},
      {"chunk line ended by LF", chunked + "5;\nhello\r\n0\r\n\r\n"},
      {"chunk longer than said", chunked + "3\r\nhello\r\n0\r\n\r\n"},
      {"body cut", ok + "Content-Length: 5\r\n\r\nhell", Fault::cut_short},
      {"chunk cut", chunked + "5\r\nhell", Fault::cut_short},
      {"no last chunk", chunked + "5\r\nhello\r\n", Fault::cut_short},
      {"last chunk cut", chunked + "5\r\nhello\r\n0\r\n\r", Fault::cut_short},
      {"head cut", ok + "Content-Length: 5\r\n", Fault::cut_short},
  };
}

TEST(ResponseReader, refuses_malformed_responses_however_they_arrive) {
  for (const BadResponse& bad : bad_responses()) {
    EXPECT_EQ(read(bad.bytes), failed(bad.fault)) << bad.name;
    EXPECT_EQ(read(bad.bytes, 1), failed(bad.fault)) << bad.name << ", byte by byte";
  }
}

TEST(ResponseReader, refuses_lines_that_end_in_LF) {
  const std::string bytes = "HTTP/1.1 200 OK\nContent-Length: 0\n\n";
  EXPECT_EQ(read(bytes), failed(Fault::malformed));
  EXPECT_EQ(read(bytes, 1).state, State::failed);
}

TEST(ResponseReader, refuses_another_protocol_at_its_first_bytes) {
  ResponseReader reader(max_body_bytes);
  EXPECT_EQ(reader.feed("HTT"), State::needs_more);
  EXPECT_EQ(reader.feed("X"), State::failed);
  EXPECT_EQ(reader.fault(), Fault::malformed);
}

TEST(ResponseReader, a_cut_at_any_byte_gives_no_response) {
  const std::vector<std::string> whole{
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"1\"\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a\r\nabc\r\n0\r\nX: y\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"};
  for (const std::string& bytes : whole) {
    ASSERT_EQ(read(bytes).state, State::complete);
    for (std::size_t end = 0; end < bytes.size(); ++end) {
      EXPECT_EQ(read(std::string_view(bytes).substr(0, end)), failed(Fault::cut_short)) << end;
    }
  }
}

RC_GTEST_PROP(ResponseReader, the_pieces_do_not_matter, ()) {
  static const std::vector<std::string> fragments{"HTTP/1.1 200 OK\r\n",
                                                  "Content-Length: 5\r\n",
                                                  "Transfer-Encoding: chunked\r\n",
                                                  "\r\n",
                                                  "5\r\n",
                                                  "hello",
                                                  "0\r\n",
                                                  "\r",
                                                  "\n",
                                                  "X: y\r\n",
                                                  "HTTP/1.1 100 x\r\n\r\n",
                                                  " "};
  std::string bytes = *rc::gen::element<std::string>("HTTP/1.1 200 OK\r\n", "");
  for (const auto index :
       *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 12))) {
    bytes += fragments[index];
  }
  const Reading whole = read(bytes);
  RC_ASSERT(whole.state != State::needs_more);
  for (const std::size_t step : {1, 2, 3, 7}) {
    const Reading pieces = read(bytes, step);
    RC_ASSERT(pieces.state == whole.state);
    RC_ASSERT(pieces.body == whole.body);
  }
}

}  // namespace
}  // namespace nacre
