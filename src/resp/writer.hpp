// Writes RESP: commands as a client sends them, and every type as a server answers. All functions
// append to `out` and do nothing else; when they throw std::bad_alloc, `out` is as before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "resp/reply.hpp"

namespace nacre::resp {

enum class Protocol : std::uint8_t { resp2 = 2, resp3 = 3 };

/// Bytes that append_command() adds for `arguments`.
std::size_t command_bytes(std::span<const std::string_view> arguments) noexcept;

/// A command: an array of strings. One or more arguments; any bytes. About 4 ns an argument.
void append_command(std::string& out, std::span<const std::string_view> arguments);
void append_command(std::string& out, std::initializer_list<std::string_view> arguments);

/// Writes at `out`, which has room for command_bytes(arguments), and returns the end.
char* write_command(char* out, std::span<const std::string_view> arguments) noexcept;

/// Values. In RESP2 what it lacks is sent as its servers do: null as a null string, booleans as 0
/// and 1, reals, big numbers and verbatim strings as strings, maps and sets and pushes as arrays.
/// Aggregates are followed by their elements; a map's count is of pairs.
class ValueWriter {
 public:
  /// `out` must outlive the writer.
  ValueWriter(std::string& out, Protocol protocol) noexcept : out_(&out), protocol_(protocol) {}

  Protocol protocol() const noexcept { return protocol_; }

  /// `text` without line ends; they are written as blanks.
  void simple_string(std::string_view text);
  void bulk_string(std::string_view bytes);
  /// `format` has three letters.
  void verbatim_string(std::string_view format, std::string_view text);
  /// The code comes first: "ERR unknown command". Line ends are written as blanks.
  void error(std::string_view text);
  /// An error that may hold any bytes. In RESP2 as error().
  void bulk_error(std::string_view text);
  void integer(std::int64_t value);
  void real(double value);
  void boolean(bool value);
  /// `digits` is decimal.
  void big_number(std::string_view digits);
  void null();
  /// The null array of RESP2 (a blocking command that timed out, an EXEC that was given up).
  void null_array();

  void array(std::size_t count);
  void set(std::size_t count);
  void map(std::size_t pair_count);
  void push(std::size_t count);
  /// Comes before the value it belongs to. Writes nothing in RESP2 and returns false: then its
  /// pairs must not be written either.
  [[nodiscard]] bool attribute(std::size_t pair_count);

  /// `reply` with all that is nested in it, and its attributes.
  void value(Reply reply);

 private:
  void head(char type, std::size_t count);
  void line(char type, std::string_view text);
  void string(char type, std::string_view bytes);

  std::string* out_;
  Protocol protocol_;
};

}  // namespace nacre::resp
