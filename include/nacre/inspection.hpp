// Looking at entries from outside: what is stored under a key, and which keys there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nacre/lookup.hpp"
#include "nacre/validators.hpp"
#include "nacre/value.hpp"

#pragma GCC visibility push(default)
namespace nacre {

/// What an entry is worth now.
enum class EntryState : std::uint8_t { fresh, stale, negative };

/// "fresh", "stale" or "negative".
std::string_view name_of(EntryState state) noexcept;

/// Everything the cache knows of one entry. A snapshot; looking does not count as a read.
struct Inspection {
  std::string key{};
  EntryState state = EntryState::fresh;
  Provenance provenance{};
  Duration stale_remaining{};     ///< until the entry is of no more use, not even on an error
  Format format = Format::raw;    ///< how its value is, or would be, encoded
  bool is_live_object = false;    ///< a live object rather than bytes
  std::size_t payload_bytes = 0;  ///< the value with all it owns
  std::size_t entry_bytes = 0;    ///< what the entry costs the memory budget in all
  std::vector<std::string> tags{};
  Validators validators{};
  Value value{};
};

/// Which keys to list. Filters that are given must all hold.
struct KeyQuery {
  std::string key{};                  ///< this key alone, and with its value; empty for all
  std::string prefix{};               ///< literal; empty for all
  std::string pattern{};              ///< glob, see by_pattern; empty for all
  std::optional<EntryState> state{};  ///< only entries in this state
  std::string cursor{};               ///< from the page before; empty to begin
  std::size_t limit = 100;            ///< 1 to 1000
};

/// One page of keys. Every key that is in the cache from the first page to the last is listed at
/// least once; one that comes or goes meanwhile may be missed or repeated.
struct KeyPage {
  std::vector<Inspection> entries{};  ///< without their values
  std::string cursor{};               ///< give it back for the next page; empty at the end
};

}  // namespace nacre
#pragma GCC visibility pop
