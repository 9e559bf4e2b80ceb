// Malicious and unusual framing: each case whole, byte by byte, and cut at every byte.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/server/session_fixture.hpp"

namespace nacre::server::testing {
namespace {

struct FramingCase {
  std::string name{};
  std::string bytes{};
  std::vector<int> statuses{};      // of all replies, in order
  std::vector<std::string> seen{};  // "METHOD path body" of the requests the handler got
};

std::string with_fields(std::string_view fields, std::string_view rest = {}) {
  return "POST /a HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n" + std::string(rest);
}

std::string chunked(std::string_view body) {
  return with_fields("Transfer-Encoding: chunked\r\n", body);
}

// Another request behind a refused one must never be seen.
const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

std::vector<FramingCase> good_cases() {
  return {
      {"get", "GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\n", {200}, {"GET /a "}},
      {"empty_line_first", "\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n", {200}, {"GET /a "}},
      {"two_pipelined", smuggled + smuggled, {200, 200}, {"GET /smuggled ", "GET /smuggled "}},
      {"length",
       with_fields("Content-Length: 3\r\n", "abc" + smuggled),
       {200, 200},
       {"POST /a abc", "GET /smuggled "}},
      {"length_zero", with_fields("Content-Length: 0\r\n"), {200}, {"POST /a "}},
      {"chunked",
       chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" + smuggled),
       {200, 200},
       {"POST /a abcde", "GET /smuggled "}},
      {"chunk_size_with_zeros", chunked("0003\r\nabc\r\n0\r\n\r\n"), {200}, {"POST /a abc"}},
      {"chunk_size_upper_case",
       chunked("A\r\n0123456789\r\n0\r\n\r\n"),
       {200},
       {"POST /a 0123456789"}},
      {"chunk_extension", chunked("3;name=value;x\r\nabc\r\n0\r\n\r\n"), {200}, {"POST /a abc"}},
      {"trailers",
       chunked("0\r\nX-Sum: 1\r\nContent-Length: 5\r\n\r\n" + smuggled),
       {200, 200},
       {"POST /a ", "GET /smuggled "}},
      {"absolute_form", "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n", {200}, {"GET /a "}},
      {"absolute_form_port",
       "GET http://H:80/a HTTP/1.1\r\nHost: h:80\r\n\r\n",
       {200},
       {"GET /a "}},
      {"http_1_0", "GET /a HTTP/1.0\r\n\r\n" + smuggled, {200}, {"GET /a "}},
      {"http_1_0_keep_alive",
       "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + smuggled,
       {200, 200},
       {"GET /a ", "GET /smuggled "}},
      {"connection_close",
       "GET /a HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n" + smuggled,
       {200},
       {"GET /a "}},
      {"blank_around_value",
       with_fields("Content-Length: \t3 \r\n", "abc"),
       {200},
       {"POST /a abc"}},
      {"empty_field_value", "GET /a HTTP/1.1\r\nHost: h\r\nX-Empty:\r\n\r\n", {200}, {"GET /a "}},
      {"ipv6_host", "GET /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", {200}, {"GET /a "}},
      {"unknown_method", "BREW /a HTTP/1.1\r\nHost: h\r\n\r\n", {200}, {"BREW /a "}},
      {"utf8_field", "GET /a HTTP/1.1\r\nHost: h\r\nX: \xC3\xA9\r\n\r\n", {200}, {"GET /a "}},
  };
}

std::vector<FramingCase> bad_fields() {
  std::vector<FramingCase> cases;
  const auto bad = [&cases](std::string name, std::string_view fields, int status = 400) {
    cases.push_back({std::move(name), with_fields(fields, "abc\r\n" + smuggled), {status}, {}});
  };
  bad("length_and_chunked", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n");
  bad("chunked_and_length", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n");
  bad("two_lengths", "Content-Length: 3\r\nContent-Length: 3\r\n");
  bad("two_other_lengths", "Content-Length: 3\r\nContent-Length: 0\r\n");
  bad("length_list", "Content-Length: 3, 3\r\n");
  bad("length_plus", "Content-Length: +3\r\n");
  bad("length_minus", "Content-Length: -1\r\n");
  bad("length_hex", "Content-Length: 0x3\r\n");
  bad("length_empty", "Content-Length: \r\n");
  bad("length_blank_inside", "Content-Length: 3 3\r\n");
  bad("length_20_digits", "Content-Length: 18446744073709551616\r\n");
  bad("length_fraction", "Content-Length: 3.0\r\n");
  bad("two_chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
  bad("chunked_twice", "Transfer-Encoding: chunked, chunked\r\n");
  bad("xchunked", "Transfer-Encoding: xchunked\r\n");
  bad("gzip_chunked", "Transfer-Encoding: gzip, chunked\r\n");
  bad("identity", "Transfer-Encoding: identity\r\n");
  bad("encoding_vertical_tab", "Transfer-Encoding: \vchunked\r\n");
  bad("encoding_empty", "Transfer-Encoding:\r\n");
  bad("blank_before_colon", "Content-Length : 3\r\n");
  bad("tab_before_colon", "Transfer-Encoding\t: chunked\r\n");
  bad("no_colon", "Content-Length\r\n");
  bad("empty_name", ": x\r\n");
  bad("folded", "X-A: b\r\n c\r\n");
  bad("folded_tab", "X-A: b\r\n\tContent-Length: 3\r\n");
  bad("nul_in_value", std::string_view("X-A: b\0c\r\n", 10));
  bad("nul_in_name", std::string_view("X\0A: b\r\n", 8));
  bad("bare_return_in_value", "X-A: b\rContent-Length: 3\r\n");
  bad("bare_return_in_name", "X\r: b\r\n");
  bad("control_in_value", "X-A: b\x01\r\n");
  bad("bad_name_byte", "X(A): b\r\n");
  bad("two_hosts", "Host: h\r\n");
  bad("two_other_hosts", "Host: other\r\n");
  bad("two_origins", "Origin: http://h\r\nOrigin: http://h\r\n");
  bad("two_authorizations", "Authorization: a\r\nAuthorization: b\r\n");
  bad("unknown_expectation", "Expect: 200-ok\r\n", 417);
  return cases;
}

std::vector<FramingCase> bad_request_lines() {
  std::vector<FramingCase> cases;
  const auto bad = [&cases](std::string name, std::string line, int status = 400) {
    cases.push_back({std::move(name), line + "\r\nHost: h\r\n\r\n" + smuggled, {status}, {}});
  };
  bad("http_0_9", "GET /a");
  bad("http_2", "PRI * HTTP/2.0", 505);
  bad("http_1_2", "GET /a HTTP/1.2", 505);
  bad("version_lower_case", "GET /a http/1.1");
  bad("version_long", "GET /a HTTP/1.10");
  bad("version_padded", "GET /a HTTP/01.1");
  bad("version_trailing_blank", "GET /a HTTP/1.1 ");
  bad("two_blanks", "GET  /a HTTP/1.1");
  bad("tab_instead_of_blank", "GET\t/a HTTP/1.1");
  bad("leading_blank", " GET /a HTTP/1.1");
  bad("blank_in_target", "GET /a b HTTP/1.1");
  bad("bad_method", "G{T /a HTTP/1.1");
  bad("empty_method", " /a HTTP/1.1");
  bad("long_method", std::string(33, 'A') + " /a HTTP/1.1");
  bad("relative_target", "GET a HTTP/1.1");
  bad("asterisk", "OPTIONS * HTTP/1.1");
  bad("authority", "CONNECT h:80 HTTP/1.1");
  bad("fragment", "GET /a#b HTTP/1.1");
  bad("raw_utf8_target", "GET /\xC3\xA9 HTTP/1.1");
  bad("nul_in_target", std::string("GET /a\0b HTTP/1.1", 17));
  bad("absolute_other_host", "GET http://other/a HTTP/1.1");
  bad("absolute_other_port", "GET http://h:81/a HTTP/1.1");
  bad("absolute_https", "GET https://h/a HTTP/1.1");
  bad("absolute_no_path", "GET http://h HTTP/1.1");
  bad("absolute_with_user", "GET http://me@h/a HTTP/1.1");
  return cases;
}

std::vector<FramingCase> bad_heads() {
  return {
      {"line_feed_only", "GET /a HTTP/1.1\nHost: h\n\n" + smuggled, {400}, {}},
      {"line_feed_after_field", "GET /a HTTP/1.1\r\nHost: h\n\r\n" + smuggled, {400}, {}},
      {"two_empty_lines_first", "\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n", {400}, {}},
      {"no_host", "GET /a HTTP/1.1\r\n\r\n" + smuggled, {400}, {}},
      {"empty_host", "GET /a HTTP/1.1\r\nHost:\r\n\r\n" + smuggled, {400}, {}},
      {"host_with_path", "GET /a HTTP/1.1\r\nHost: h/b\r\n\r\n" + smuggled, {400}, {}},
      {"host_with_user", "GET /a HTTP/1.1\r\nHost: me@h\r\n\r\n" + smuggled, {400}, {}},
      {"host_list", "GET /a HTTP/1.1\r\nHost: h, g\r\n\r\n" + smuggled, {400}, {}},
      {"host_bad_port", "GET /a HTTP/1.1\r\nHost: h:8x\r\n\r\n" + smuggled, {400}, {}},
      {"host_open_bracket", "GET /a HTTP/1.1\r\nHost: [::1\r\n\r\n" + smuggled, {400}, {}},
      {"http_1_0_chunked",
       "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
       {400},
       {}},
      {"garbage_behind", smuggled + "\x16\x03\x01\r\n\r\n", {200, 400}, {"GET /smuggled "}},
  };
}

std::vector<FramingCase> bad_chunks() {
  std::vector<FramingCase> cases;
  const auto bad = [&cases](std::string name, std::string_view body, int status = 400) {
    cases.push_back({std::move(name), chunked(std::string(body) + smuggled), {status}, {}});
  };
  bad("chunk_hex_prefix", "0x3\r\nabc\r\n0\r\n\r\n");
  bad("chunk_minus", "-3\r\nabc\r\n0\r\n\r\n");
  bad("chunk_plus", "+3\r\nabc\r\n0\r\n\r\n");
  bad("chunk_blank_before", " 3\r\nabc\r\n0\r\n\r\n");
  bad("chunk_blank_after", "3 \r\nabc\r\n0\r\n\r\n");
  bad("chunk_no_size", "\r\nabc\r\n0\r\n\r\n");
  bad("chunk_line_feed", "3\nabc\r\n0\r\n\r\n");
  bad("chunk_return_only", "3\rabc\r\n0\r\n\r\n");
  bad("chunk_nine_digits", "000000003\r\nabc\r\n0\r\n\r\n");
  bad("chunk_2_to_64", "10000000000000000\r\nabc\r\n0\r\n\r\n");
  bad("chunk_too_large", "FFFFFFFF\r\nabc\r\n0\r\n\r\n", 413);
  bad("chunk_longer_than_size", "3\r\nabcd\r\n0\r\n\r\n");
  bad("chunk_content_line_feed", "3\r\nabc\n0\r\n\r\n");
  bad("chunk_extension_line_feed", "3;\nabc\r\n0\r\n\r\n");
  bad("chunk_extension_empty", "3;\r\nabc\r\n0\r\n\r\n");
  bad("chunk_extension_return", "3;a\rb\r\nabc\r\n0\r\n\r\n");
  bad("chunk_extension_nul", std::string_view("3;a\0b\r\nabc\r\n0\r\n\r\n", 17));
  bad("chunk_last_without_empty_line", "0\r\nGET /smuggled HTTP/1.1\r\n\r\n");
  bad("trailer_without_name", "0\r\n: x\r\n\r\n");
  bad("trailer_folded", "0\r\nX: y\r\n z\r\n\r\n");
  bad("trailer_line_feed", "0\r\nX: y\n\r\n");
  return cases;
}

std::vector<FramingCase> all_cases() {
  std::vector<FramingCase> cases = good_cases();
  for (const auto& more : {bad_fields(), bad_request_lines(), bad_heads(), bad_chunks()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

class RequestFraming : public ::testing::TestWithParam<FramingCase> {
 protected:
  static void expect_outcome(const FramingCase& framing, SessionFixture& fixture,
                             const std::string& output, const std::string& way) {
    std::vector<int> statuses;
    std::string rest;
    for (const WireReply& reply : parse_replies(output, &rest)) statuses.push_back(reply.status);
    EXPECT_EQ(statuses, framing.statuses) << way;
    EXPECT_EQ(rest, "") << way;
    std::vector<std::string> seen;
    for (const RecordingHandler::Seen& request : fixture.handler.seen) {
      seen.push_back(request.method + " " + request.path + " " + request.body);
    }
    EXPECT_EQ(seen, framing.seen) << way;
    if (framing.statuses.back() >= 400) {
      EXPECT_EQ(fixture.session.verdict(), HttpSession::Verdict::linger) << way;
    }
  }
};

TEST_P(RequestFraming, is_the_same_whole_and_byte_by_byte) {
  for (const std::size_t step : {std::size_t{1} << 20, std::size_t{1}}) {
    SessionFixture fixture;
    fixture.receive(GetParam().bytes, step);
    expect_outcome(GetParam(), fixture, fixture.take_output(), "step " + std::to_string(step));
  }
}

TEST_P(RequestFraming, is_the_same_cut_at_every_byte) {
  const std::string& bytes = GetParam().bytes;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    SessionFixture fixture;
    fixture.receive(std::string_view(bytes).substr(0, cut));
    std::string output = fixture.take_output();
    fixture.receive(std::string_view(bytes).substr(cut));
    output += fixture.take_output();
    expect_outcome(GetParam(), fixture, output, "cut " + std::to_string(cut));
    if (HasFailure()) return;
  }
}

TEST_P(RequestFraming, ends_quietly_when_the_peer_stops_at_any_byte) {
  const std::string& bytes = GetParam().bytes;
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    SessionFixture fixture;
    fixture.receive(std::string_view(bytes).substr(0, cut));
    fixture.session.on_end_of_input();
    fixture.take_output();
    ASSERT_EQ(fixture.session.verdict(), HttpSession::Verdict::close) << "cut " << cut;
    ASSERT_LE(fixture.handler.seen.size(), GetParam().seen.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, RequestFraming, ::testing::ValuesIn(all_cases()),
                         [](const auto& made) { return made.param.name; });

}  // namespace
}  // namespace nacre::server::testing
