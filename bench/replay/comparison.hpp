// The engine beside the reference policies, on one trace after another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reference.hpp"
#include "trace.hpp"

namespace nacre::replay {

/// One trace at one size.
struct Row {
  std::string trace{};
  std::size_t accesses_count = 0;
  std::size_t key_count = 0;
  std::size_t entries_count = 0;  ///< the limit of all
  double engine_hit_percent = 0;
  double engine_nanoseconds = 0;       ///< an access, on this machine and in this minute
  std::vector<double> hit_percents{};  ///< of the policies, in their order
};

/// How far one contestant is from the best of the five that the engine is held against.
struct Standing {
  double mean_miss_percent = 0;
  double mean_distance = 0;  ///< in points; below 0: better than the best
  double worst_distance = 0;
  double near_percent = 0;  ///< of the rows: within half a point of the best
};

class Comparison final {
 public:
  explicit Comparison(std::vector<ReferenceSpec> policies) : policies_(std::move(policies)) {}

  /// Runs all on `trace` with `entries_count` entries each.
  const Row& add(const Trace& trace, std::size_t entries_count, std::size_t shard_count);

  const std::vector<Row>& rows() const { return rows_; }
  const std::vector<ReferenceSpec>& policies() const { return policies_; }

  /// Of the engine, or of the policy with this index, over the rows with at least `min_keys` keys.
  /// Only of use when all five are among the policies.
  static constexpr std::size_t the_engine = ~std::size_t{0};
  Standing standing_of(std::size_t contestant, std::size_t min_keys) const;

  std::string header() const;
  std::string line(const Row& row) const;
  std::string summary(std::size_t min_keys) const;
  std::string json() const;

 private:
  double percent_of(const Row& row, std::size_t contestant) const {
    return contestant == the_engine ? row.engine_hit_percent : row.hit_percents[contestant];
  }

  std::vector<ReferenceSpec> policies_;
  std::vector<Row> rows_;
};

}  // namespace nacre::replay
