// The origins of one process: finds the rule of a key and makes the loader that asks for it.
//
//   if (const OriginRule* rule = reader.find(key)) {
//     cache.get_or_load<Bytes>(key, reader.loader(*rule, caller), rule->options().entry, done);
//   }
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "http/origin_rule.hpp"
#include "nacre/async_cache.hpp"
#include "nacre/clock.hpp"
#include "nacre/deadline.hpp"
#include "nacre/metrics.hpp"

namespace nacre {

class Random;

/// What the request that asks for a key says to its load.
struct CallerTerms {
  /// Its headers, names in lower case. Those the rule passes are sent, the others are not; a value
  /// that is longer than 1 KiB or not printable ASCII is left out.
  HeaderFields headers{};

  /// In place of the rule's ttl.
  std::optional<Duration> ttl{};
};

/// Thread safe, but for destruction. Loaders may outlive it: they then fail.
class OriginReader {
 public:
  /// Throws Error: invalid_argument (ca_file). Starts one thread, on which all origins are asked
  /// and all loaders answer.
  OriginReader(OriginRules rules, std::shared_ptr<Clock> clock,
               std::shared_ptr<MetricsRegistry> metrics, std::shared_ptr<Random> random);

  /// Fails what runs and waits for the thread; must not be called on it, that is, inside a
  /// loader's answer.
  ~OriginReader();

  const OriginRules& rules() const noexcept;

  /// The rule that serves `key`, or nullptr. Valid as long as the reader. No allocation.
  const OriginRule* find(std::string_view key) const noexcept { return rules().find(key); }

  /// A loader for the keys of `rule`, which must be one of rules(). Does not block; one allocation.
  /// It fails with invalid_key for a key that is not the rule's or cannot stand in its URL; with
  /// load_failed, load_timeout and saturated as OriginClient and meaning_of() say.
  AsyncLoader<Bytes> loader(const OriginRule& rule, CallerTerms caller = {}) const;

  /// Takes no new loads and waits for those that run. True when all have answered; after false the
  /// destructor will fail them. Not on the reader's own thread.
  [[nodiscard]] bool drain(Deadline deadline);

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace nacre
