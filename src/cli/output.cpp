#include "cli/output.hpp"

#include <algorithm>

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "cli/friendly.hpp"
#include "cli/json_node.hpp"

namespace nacre::cli {
namespace {

constexpr std::size_t column_gap = 2;

/// Characters rather than bytes. Wide ones count as one: their table is off by what they exceed.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (; !text.empty(); ++width) text.remove_prefix(first_utf8_step(text).length_bytes);
  return width;
}

std::string error_json(const Failure& failure) {
  if (!failure.json().empty()) return failure.json();
  JsonText json;
  json.begin_object().key("error").begin_object();
  json.member("code", failure.code()).member("message", std::string_view(failure.what()));
  json.member("details", nullptr).end_object().end_object();
  return std::move(json).take();
}

}  // namespace

void Table::print(std::ostream& out) {
  if (!has_printed_) widen(header_);
  for (const auto& row : rows_) widen(row);
  if (!has_printed_) print_row(out, header_);
  for (const auto& row : rows_) print_row(out, row);
  rows_.clear();
  has_printed_ = true;
}

void Table::widen(const std::vector<std::string>& cells) {
  widths_.resize(std::max(widths_.size(), cells.size()));
  for (std::size_t column = 0; column < cells.size(); ++column) {
    widths_[column] = std::max(widths_[column], width_of(cells[column]));
  }
}

void Table::print_row(std::ostream& out, const std::vector<std::string>& cells) const {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    line += cells[column];
    line.append(widths_[column] - width_of(cells[column]) + column_gap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

void Output::print_json(std::string_view json) {
  while (json.ends_with('\n') || json.ends_with('\r')) json.remove_suffix(1);
  if (json.find('\n') == std::string_view::npos) {
    streams_.out << json << '\n';
  } else {
    streams_.out << JsonNode::parse(json).text() << '\n';
  }
}

void Output::print_line(std::string_view line) {
  streams_.out << line << '\n';
}

void Output::print_bytes(std::string_view bytes) {
  streams_.out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void Output::print_fields(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::size_t width = 0;
  for (const auto& field : fields) width = std::max(width, width_of(field.first));
  for (const auto& [name, value] : fields) {
    const std::size_t gap = value.empty() ? 0 : width - width_of(name) + column_gap;
    streams_.out << name << std::string(gap, ' ') << value << '\n';
  }
}

void Output::print_table(Table& table) {
  table.print(streams_.out);
}

void Output::print_note(std::string_view line) {
  if (!is_json_) streams_.err << line << '\n';
}

void Output::print_failure(const Failure& failure) {
  if (is_json_) {
    print_json(error_json(failure));
  } else {
    streams_.err << "nacre: " << printable(failure.code()) << ": " << printable(failure.what())
                 << '\n';
  }
}

}  // namespace nacre::cli
