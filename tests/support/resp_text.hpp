// A received value as one line of text, so that tests can say what they expect.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "resp/reader.hpp"

namespace nacre::test {

/// "[1 'bulk' +simple -error _ #t ,1.5 (99 =txt:verbatim ~{1} %{'a' 1} >{...} |{'k' 1}value]".
inline std::string to_text(resp::Reply reply) {
  using resp::Type;
  std::string text;
  const resp::Reply attributes = reply.attributes();
  const auto elements = [](resp::Reply aggregate) {
    std::string inner;
    for (const resp::Reply element : aggregate) {
      if (!inner.empty()) inner += ' ';
      inner += to_text(element);
    }
    return inner;
  };
  if (attributes.type() == Type::attribute) text = "|{" + elements(attributes) + "}";
  switch (reply.type()) {
    case Type::null:
      return text + "_";
    case Type::simple_string:
      return text + "+" + std::string(reply.text());
    case Type::bulk_string:
      return text + "'" + std::string(reply.text()) + "'";
    case Type::verbatim_string:
      return text + "=" + std::string(reply.verbatim_format()) + ":" + std::string(reply.text());
    case Type::simple_error:
      return text + "-" + std::string(reply.text());
    case Type::bulk_error:
      return text + "!" + std::string(reply.text());
    case Type::integer:
      return text + std::to_string(reply.integer());
    case Type::real:
      return text + "," + std::to_string(reply.find_real().value());
    case Type::boolean:
      return text + (reply.find_boolean().value() ? "#t" : "#f");
    case Type::big_number:
      return text + "(" + std::string(reply.text());
    case Type::array:
      return text + "[" + elements(reply) + "]";
    case Type::set:
      return text + "~{" + elements(reply) + "}";
    case Type::map:
      return text + "%{" + elements(reply) + "}";
    case Type::push:
      return text + ">{" + elements(reply) + "}";
    case Type::attribute:
      return text + "(attribute)";
  }
  return text;
}

/// Every frame in `stream`, given in pieces of `piece_bytes`; then "fault: ..." or "more" when the
/// stream ends with a fault or inside a frame.
inline std::vector<std::string> read_all(std::string_view stream, std::size_t piece_bytes,
                                         const resp::Limits& limits = {}) {
  resp::Reader reader(limits);
  std::vector<std::string> frames;
  const auto read_on = [&] {
    for (;;) {
      switch (reader.next()) {
        case resp::Step::need_more:
          return true;
        case resp::Step::fault:
          frames.push_back("fault: " + std::string(reader.trouble()));
          return false;
        case resp::Step::reply:
        case resp::Step::push:
          frames.push_back(to_text(reader.frame()));
          break;
      }
    }
  };
  while (!stream.empty()) {
    reader.feed(stream.substr(0, piece_bytes));
    stream.remove_prefix(std::min(piece_bytes, stream.size()));
    if (!read_on()) return frames;
  }
  if (reader.has_partial_frame()) frames.emplace_back("more");
  return frames;
}

}  // namespace nacre::test
