#include "resp/writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace nacre::resp {
namespace {

constexpr std::string_view line_end = "\r\n";

std::size_t digits_of(std::size_t number) noexcept {
  std::size_t digits = 1;
  for (; number >= 10; number /= 10) ++digits;
  return digits;
}

char* write_head(char* out, char type, std::size_t count) noexcept {
  *out++ = type;
  const std::size_t digits = digits_of(count);
  for (std::size_t at = digits; at-- > 0; count /= 10) {
    out[at] = static_cast<char>('0' + count % 10);
  }
  out += digits;
  *out++ = '\r';
  *out++ = '\n';
  return out;
}

std::string_view text_of(double value, std::array<char, 32>& room) noexcept {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  const auto [end, error] = std::to_chars(room.data(), room.data() + room.size(), value);
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

}  // namespace

std::size_t command_bytes(std::span<const std::string_view> arguments) noexcept {
  std::size_t bytes = 3 + digits_of(arguments.size());
  for (const std::string_view argument : arguments) {
    bytes += 5 + digits_of(argument.size()) + argument.size();
  }
  return bytes;
}

char* write_command(char* out, std::span<const std::string_view> arguments) noexcept {
  out = write_head(out, '*', arguments.size());
  for (const std::string_view argument : arguments) {
    out = write_head(out, '$', argument.size());
    if (!argument.empty()) std::memcpy(out, argument.data(), argument.size());
    out += argument.size();
    *out++ = '\r';
    *out++ = '\n';
  }
  return out;
}

void append_command(std::string& out, std::span<const std::string_view> arguments) {
  const std::size_t before = out.size();
  out.resize(before + command_bytes(arguments));
  write_command(out.data() + before, arguments);
}

void append_command(std::string& out, std::initializer_list<std::string_view> arguments) {
  append_command(out, std::span(arguments.begin(), arguments.size()));
}

void ValueWriter::head(char type, std::size_t count) {
  std::array<char, 24> room;
  const char* const end = write_head(room.data(), type, count);
  out_->append(room.data(), static_cast<std::size_t>(end - room.data()));
}

void ValueWriter::line(char type, std::string_view text) {
  const std::size_t before = out_->size();
  out_->reserve(before + text.size() + 3);
  out_->push_back(type);
  out_->append(text);
  const auto from = out_->begin() + static_cast<std::ptrdiff_t>(before);
  std::replace_if(from, out_->end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  out_->append(line_end);
}

void ValueWriter::string(char type, std::string_view bytes) {
  out_->reserve(out_->size() + bytes.size() + 32);
  head(type, bytes.size());
  out_->append(bytes);
  out_->append(line_end);
}

void ValueWriter::simple_string(std::string_view text) {
  line('+', text);
}

void ValueWriter::bulk_string(std::string_view bytes) {
  string('$', bytes);
}

void ValueWriter::verbatim_string(std::string_view format, std::string_view text) {
  if (protocol_ == Protocol::resp2) return bulk_string(text);
  out_->reserve(out_->size() + text.size() + 36);
  head('=', text.size() + 4);
  out_->append(format.substr(0, 3));
  out_->append(format.size() < 3 ? 3 - format.size() : 0, ' ');
  out_->push_back(':');
  out_->append(text);
  out_->append(line_end);
}

void ValueWriter::error(std::string_view text) {
  line('-', text);
}

void ValueWriter::bulk_error(std::string_view text) {
  if (protocol_ == Protocol::resp2) return error(text);
  string('!', text);
}

void ValueWriter::integer(std::int64_t value) {
  std::array<char, 24> room;
  const auto [end, error] = std::to_chars(room.data(), room.data() + room.size(), value);
  line(':', {room.data(), static_cast<std::size_t>(end - room.data())});
}

void ValueWriter::real(double value) {
  std::array<char, 32> room;
  const std::string_view text = text_of(value, room);
  if (protocol_ == Protocol::resp2) return bulk_string(text);
  line(',', text);
}

void ValueWriter::boolean(bool value) {
  if (protocol_ == Protocol::resp2) return integer(value ? 1 : 0);
  out_->append(value ? "#t\r\n" : "#f\r\n");
}

void ValueWriter::big_number(std::string_view digits) {
  if (protocol_ == Protocol::resp2) return bulk_string(digits);
  line('(', digits);
}

void ValueWriter::null() {
  out_->append(protocol_ == Protocol::resp2 ? "$-1\r\n" : "_\r\n");
}

void ValueWriter::null_array() {
  out_->append(protocol_ == Protocol::resp2 ? "*-1\r\n" : "_\r\n");
}

void ValueWriter::array(std::size_t count) {
  head('*', count);
}

void ValueWriter::set(std::size_t count) {
  head(protocol_ == Protocol::resp2 ? '*' : '~', count);
}

void ValueWriter::map(std::size_t pair_count) {
  if (protocol_ == Protocol::resp2) return head('*', 2 * pair_count);
  head('%', pair_count);
}

void ValueWriter::push(std::size_t count) {
  head(protocol_ == Protocol::resp2 ? '*' : '>', count);
}

bool ValueWriter::attribute(std::size_t pair_count) {
  if (protocol_ == Protocol::resp2) return false;
  head('|', pair_count);
  return true;
}

// Recursive: as deep as the reader allowed, 16 by default.
void ValueWriter::value(Reply reply) {
  const Reply attributes = reply.attributes();
  if (attributes.type() == Type::attribute && attribute(attributes.size() / 2)) {
    for (const Reply part : attributes) value(part);
  }
  switch (reply.type()) {
    case Type::null:
      return null();
    case Type::simple_string:
      return simple_string(reply.text());
    case Type::bulk_string:
      return bulk_string(reply.text());
    case Type::verbatim_string:
      return verbatim_string(reply.verbatim_format(), reply.text());
    case Type::simple_error:
      return error(reply.text());
    case Type::bulk_error:
      return bulk_error(reply.text());
    case Type::integer:
      return integer(reply.integer());
    case Type::real:
      return real(reply.find_real().value_or(0));
    case Type::boolean:
      return boolean(reply.find_boolean().value_or(false));
    case Type::big_number:
      return big_number(reply.text());
    case Type::array:
      array(reply.size());
      break;
    case Type::set:
      set(reply.size());
      break;
    case Type::map:
      map(reply.size() / 2);
      break;
    case Type::push:
      push(reply.size());
      break;
    case Type::attribute:
      break;
  }
  for (const Reply element : reply) value(element);
}

}  // namespace nacre::resp
