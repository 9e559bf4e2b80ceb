// What the program prints: tables for people, or with --json one line for each answer.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/failure.hpp"

namespace nacre::cli {

/// Where the program reads and writes.
struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;
};

/// Columns as wide as their widest cell. The last column is not padded.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}

  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  /// Prints the rows, with the header above the first ones, and forgets them. Columns never become
  /// narrower than they were.
  void print(std::ostream& out);

 private:
  void widen(const std::vector<std::string>& cells);
  void print_row(std::ostream& out, const std::vector<std::string>& cells) const;

  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
  bool has_printed_ = false;
};

class Output {
 public:
  Output(const Streams& streams, bool is_json) : streams_(streams), is_json_(is_json) {}

  /// With --json a command prints the answers and nothing else.
  bool is_json() const noexcept { return is_json_; }

  /// An answer of the server, on one line.
  void print_json(std::string_view json);

  /// One line for people.
  void print_line(std::string_view line);

  /// Bytes as they are.
  void print_bytes(std::string_view bytes);

  /// Names and values, one a line.
  void print_fields(const std::vector<std::pair<std::string, std::string>>& fields);

  void print_table(Table& table);

  /// One line for people on standard error; nothing with --json.
  void print_note(std::string_view line);

  /// "nacre: code: message" on standard error, or with --json the error as JSON.
  void print_failure(const Failure& failure);

 private:
  const Streams& streams_;
  bool is_json_;
};

}  // namespace nacre::cli
