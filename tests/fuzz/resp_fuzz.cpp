// The reader of the Redis protocol: any bytes, cut anywhere, are read as when they come whole, and
// what was read is written so that it is read as the same again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "resp/reader.hpp"
#include "resp/writer.hpp"

namespace {

using nacre::resp::Limits;
using nacre::resp::Reader;
using nacre::resp::Step;

struct Read {
  std::string frames{};  ///< all of them, written again
  std::size_t count = 0;
  bool is_fault = false;
};

// Small, so that inputs reach them.
constexpr Limits limits{
    .max_depth = 4, .max_elements = 64, .max_bulk_bytes = 512, .max_frame_bytes = 1024};

// A double may be written longer than it came ("1e5" as "100000").
constexpr Limits limits_of_rewritten{.max_depth = limits.max_depth,
                                     .max_elements = limits.max_elements,
                                     .max_bulk_bytes = limits.max_bulk_bytes,
                                     .max_frame_bytes = 16 * limits.max_frame_bytes};

Read read(std::string_view stream, std::size_t piece_bytes, const Limits& allowed = limits) {
  Read all;
  Reader reader(allowed);
  nacre::resp::ValueWriter writer(all.frames, nacre::resp::Protocol::resp3);
  while (!stream.empty() && !all.is_fault) {
    reader.feed(stream.substr(0, piece_bytes));
    stream.remove_prefix(std::min(piece_bytes, stream.size()));
    for (Step step = reader.next(); step != Step::need_more; step = reader.next()) {
      if (step == Step::fault) {
        all.is_fault = true;
        NACRE_CHECK(!reader.trouble().empty());
        break;
      }
      writer.value(reader.frame());
      ++all.count;
    }
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece_bytes = 1 + data[0] % 64;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Read whole = read(stream, stream.size());
  const Read cut = read(stream, piece_bytes);
  NACRE_CHECK(cut.is_fault == whole.is_fault);
  NACRE_CHECK(cut.count == whole.count && cut.frames == whole.frames);
  const Read again = read(whole.frames, whole.frames.size(), limits_of_rewritten);
  NACRE_CHECK(again.frames == whole.frames && again.count == whole.count);
  return 0;
}
