#include "comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "engine.hpp"

namespace nacre::replay {

namespace {

double percent(std::size_t part, std::size_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

const Row& Comparison::add(const Trace& trace, std::size_t entries_count, std::size_t shard_count) {
  Row row{.trace = trace.name,
          .accesses_count = trace.accesses.size(),
          .key_count = trace.key_count,
          .entries_count = entries_count};
  const EngineResult engine =
      replay_through_engine(trace, {.max_entries = entries_count, .shard_count = shard_count});
  row.engine_hit_percent = percent(engine.hits_count, row.accesses_count);
  row.engine_nanoseconds = engine.nanoseconds_per_access;
  for (const ReferenceSpec& spec : policies_) {
    const std::unique_ptr<Reference> policy = spec.make(entries_count, trace.key_count);
    std::size_t hits = 0;
    for (const KeyId key : trace.accesses) hits += policy->access(key) ? 1 : 0;
    row.hit_percents.push_back(percent(hits, row.accesses_count));
  }
  rows_.push_back(std::move(row));
  return rows_.back();
}

Standing Comparison::standing_of(std::size_t contestant, std::size_t min_keys) const {
  Standing standing{.worst_distance = -100};
  double count = 0;
  double near_count = 0;
  for (const Row& row : rows_) {
    if (row.key_count < min_keys) continue;
    double best = 0;
    for (std::size_t index = 0; index < policies_.size(); ++index) {
      if (policies_[index].is_bar) best = std::max(best, row.hit_percents[index]);
    }
    const double distance = best - percent_of(row, contestant);
    ++count;
    near_count += distance <= 0.5 ? 1 : 0;
    standing.mean_miss_percent += 100 - percent_of(row, contestant);
    standing.mean_distance += distance;
    standing.worst_distance = std::max(standing.worst_distance, distance);
  }
  if (count == 0) return {};
  standing.mean_miss_percent /= count;
  standing.mean_distance /= count;
  standing.near_percent = 100 * near_count / count;
  return standing;
}

std::string Comparison::header() const {
  std::string text = fmt::format("{:<18} {:>9} {:>8} {:>8} {:>7}", "trace (hit %)", "accesses",
                                 "keys", "entries", "nacre");
  for (const ReferenceSpec& spec : policies_) text += fmt::format(" {:>8}", spec.name);
  return text + "\n";
}

std::string Comparison::line(const Row& row) const {
  std::string text = fmt::format("{:<18} {:>9} {:>8} {:>8} {:>7.2f}", row.trace, row.accesses_count,
                                 row.key_count, row.entries_count, row.engine_hit_percent);
  for (const double each : row.hit_percents) text += fmt::format(" {:>8.2f}", each);
  return text + "\n";
}

std::string Comparison::summary(std::size_t min_keys) const {
  std::string text;
  const auto add_line = [&text, this, min_keys](std::string_view name, std::size_t contestant) {
    const Standing standing = standing_of(contestant, min_keys);
    text += fmt::format(
        "{:<9} mean miss {:>6.2f}  mean distance {:>6.2f}  worst {:>6.2f}  "
        "within 0.5 in {:>5.1f} %\n",
        name, standing.mean_miss_percent, standing.mean_distance, standing.worst_distance,
        standing.near_percent);
  };
  add_line("nacre", the_engine);
  for (std::size_t index = 0; index < policies_.size(); ++index) {
    add_line(policies_[index].name, index);
  }
  return text;
}

std::string Comparison::json() const {
  std::string text = "[";
  for (const Row& row : rows_) {
    text += fmt::format(
        "{}\n{{\"trace\":\"{}\",\"accesses\":{},\"keys\":{},\"entries\":{},\"hit_percent\":"
        "{{\"nacre\":{:.4f}",
        text.size() == 1 ? "" : ",", row.trace, row.accesses_count, row.key_count,
        row.entries_count, row.engine_hit_percent);
    for (std::size_t index = 0; index < policies_.size(); ++index) {
      text += fmt::format(",\"{}\":{:.4f}", policies_[index].name, row.hit_percents[index]);
    }
    text += "}}";
  }
  return text + "\n]\n";
}

}  // namespace nacre::replay
