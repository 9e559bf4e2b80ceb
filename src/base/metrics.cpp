#include "base/metrics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/check.hpp"
#include "base/metrics_text.hpp"
#include "base/mutex.hpp"
#include "nacre/error.hpp"

namespace nacre {

// A callback and its own mutex, so that it runs outside the registry's lock and yet never after
// its Registration is gone.
struct MetricsRegistry::Source {
  explicit Source(Reader reader) : read(std::move(reader)) { NACRE_CHECK(read != nullptr); }

  std::optional<double> read_now() {
    MutexLock lock(mutex);
    if (!read) return std::nullopt;
    return read();
  }

  void end() {
    has_ended.store(true, std::memory_order_relaxed);  // pairs with nothing: a hint to make room
    Reader dropped;                                    // dies after the lock is left
    MutexLock lock(mutex);
    dropped = std::exchange(read, nullptr);
    lock.unlock();
  }

  // Read under the registry's lock, where taking this mutex could wait for a callback.
  std::atomic<bool> has_ended{false};

  Mutex mutex;
  Reader read NACRE_GUARDED_BY(mutex);
};

namespace {

constexpr std::size_t max_name_bytes = 128;
constexpr std::string_view other_value = "other";

[[noreturn]] void refuse(std::string_view name, std::string_view trouble) {
  throw Error(Errc::invalid_argument, fmt::format("metric {}: {}", name, trouble),
              {{"field", "name"}});
}

bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_name(std::string_view name, bool allow_colon) noexcept {
  if (name.empty() || name.size() > max_name_bytes || is_digit(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [allow_colon](char c) {
    return is_lower(c) || is_digit(c) || c == '_' || (c == ':' && allow_colon);
  });
}

void check_labels(const MetricSeries& series) {
  for (auto label = series.labels.begin(); label != series.labels.end(); ++label) {
    const std::string& name = label->first;
    if (!is_name(name, false) || name == "le" || name.starts_with("__")) {
      refuse(series.name,
             fmt::format("label \"{}\" is not [a-z_][a-z0-9_]*, or is reserved", name));
    }
    const bool is_repeated =
        std::any_of(series.labels.begin(), label,
                    [&name](const auto& earlier) { return earlier.first == name; });
    if (is_repeated) refuse(series.name, fmt::format("label \"{}\" is there twice", name));
  }
}

void check_series(const MetricSeries& series, MetricKind kind) {
  if (!is_name(series.name, true)) {
    refuse(series.name, "the name is not [a-z_:][a-z0-9_:]*, 1 to 128 bytes");
  }
  if ((kind == MetricKind::counter) != series.name.ends_with("_total")) {
    refuse(series.name, "a counter's name, and no other, ends in _total");
  }
  if (kind == MetricKind::histogram && !series.name.ends_with("_seconds")) {
    refuse(series.name, "a histogram's name ends in _seconds");
  }
  if (series.help.empty()) refuse(series.name, "help is empty; allowed is one sentence");
  check_labels(series);
}

bool have_same_names(const MetricLabels& left, const MetricLabels& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& a, const auto& b) { return a.first == b.first; });
}

}  // namespace

// Lock order: State's mutex alone, or a Source's mutex and then State's (a callback may register).
struct MetricsRegistry::State {
  // One line of the page: one of the four is there. References to the first three were handed
  // out, so a series that has one is never dropped.
  struct Series {
    MetricLabels labels;  // const after construction
    std::unique_ptr<StripedCounter> counter{};
    std::unique_ptr<Gauge> gauge{};
    std::unique_ptr<Histogram> histogram{};
    std::shared_ptr<Source> source{};
  };

  // Never dropped. All but `series` is const after construction.
  struct Family {
    MetricKind kind = MetricKind::counter;
    std::string help;
    MetricLabels label_names;  // of the first series; the values are not used
    std::map<MetricLabels, std::shared_ptr<Series>> series{};
  };

  // What a page needs of one series, to be read outside the lock.
  struct Line {
    const std::string* name = nullptr;
    const Family* family = nullptr;
    std::shared_ptr<const Series> series;
    std::shared_ptr<Source> source;
  };

  Family& family_of(const MetricSeries& wanted, MetricKind kind) NACRE_REQUIRES(mutex) {
    check_series(wanted, kind);
    const auto [found, is_new] = families.try_emplace(wanted.name);
    Family& family = found->second;
    if (is_new) {
      family.kind = kind;
      family.help = wanted.help;
      family.label_names = wanted.labels;
      return family;
    }
    if (family.kind != kind) refuse(wanted.name, "it is registered as another kind");
    if (family.help != wanted.help) refuse(wanted.name, "it is registered with another help text");
    if (!have_same_names(family.label_names, wanted.labels)) {
      refuse(wanted.name, "it is registered with other label names");
    }
    // Series whose Registration is gone make room for new ones.
    std::erase_if(family.series, [](const auto& entry) {
      const std::shared_ptr<Source>& source = entry.second->source;
      return source != nullptr && source->has_ended.load(std::memory_order_relaxed);
    });
    return family;
  }

  // Whether one more series would be over the limit. Counts the refusal.
  bool is_refused(const Family& family, const MetricLabels& labels) NACRE_REQUIRES(mutex) {
    if (family.series.size() < max_series_per_name || family.series.contains(labels)) return false;
    refused_count.add();
    return true;
  }

  static Series& series_of(Family& family, const MetricLabels& labels) {
    std::shared_ptr<Series>& series = family.series[labels];
    if (!series) {
      series = std::make_shared<Series>();
      series->labels = labels;
    }
    return *series;
  }

  // The object of type Value that `member` holds in the wanted series, made when missing.
  template <class Value>
  Value& object_of(MetricSeries&& wanted, MetricKind kind,
                   std::unique_ptr<Value> Series::* member) {
    MutexLock lock(mutex);
    Family& family = family_of(wanted, kind);
    if (is_refused(family, wanted.labels)) {
      for (auto& label : wanted.labels) label.second = other_value;
    }
    Series& series = series_of(family, wanted.labels);
    if (series.source) refuse(wanted.name, "the series is registered with a callback");
    if (!(series.*member)) series.*member = std::make_unique<Value>();
    return *(series.*member);
  }

  // False when the limit of series is met.
  bool add_source(const MetricSeries& wanted, MetricKind kind, std::shared_ptr<Source> source) {
    MutexLock lock(mutex);
    Family& family = family_of(wanted, kind);
    if (is_refused(family, wanted.labels)) return false;
    Series& series = series_of(family, wanted.labels);
    if (series.counter || series.gauge) {
      refuse(wanted.name, "the series is registered without a callback");
    }
    series.source = std::move(source);
    return true;
  }

  std::vector<Line> lines() {
    std::vector<Line> result;
    MutexLock lock(mutex);
    for (const auto& [name, family] : families) {
      for (const auto& [labels, series] : family.series) {
        result.push_back(
            {.name = &name, .family = &family, .series = series, .source = series->source});
      }
    }
    return result;
  }

  std::string render(MetricsFormat format);

  Mutex mutex;
  std::map<std::string, Family> families NACRE_GUARDED_BY(mutex);
  StripedCounter refused_count;
};

std::string MetricsRegistry::State::render(MetricsFormat format) {
  MetricsPage page(format);
  const Family* family = nullptr;
  for (const Line& line : lines()) {
    const Series& series = *line.series;
    const std::optional<double> read =
        line.source ? line.source->read_now() : std::optional<double>();
    if (line.source && !read) continue;
    if (family != line.family) {
      family = line.family;
      page.begin_family(*line.name, family->kind, family->help);
    }
    if (read) {
      page.add_number(series.labels, *read);
    } else if (series.counter) {
      page.add_count(series.labels, series.counter->sum());
    } else if (series.gauge) {
      page.add_number(series.labels, series.gauge->value());
    } else {
      page.add_histogram(series.labels, series.histogram->snapshot());
    }
  }
  return std::move(page).finish();
}

MetricsRegistry::Registration::Registration(std::shared_ptr<Source> source) noexcept
    : source_(std::move(source)) {}

MetricsRegistry::Registration& MetricsRegistry::Registration::operator=(
    Registration&& other) noexcept {
  const std::shared_ptr<Source> ended =
      std::exchange(source_, std::exchange(other.source_, nullptr));
  if (ended && ended != source_) ended->end();
  return *this;
}

MetricsRegistry::Registration::~Registration() {
  if (source_) source_->end();
}

MetricsRegistry::MetricsRegistry() : state_(std::make_unique<State>()) {}

MetricsRegistry::~MetricsRegistry() = default;

StripedCounter& MetricsRegistry::counter(MetricSeries series) {
  return state_->object_of(std::move(series), MetricKind::counter, &State::Series::counter);
}

Gauge& MetricsRegistry::gauge(MetricSeries series) {
  return state_->object_of(std::move(series), MetricKind::gauge, &State::Series::gauge);
}

Histogram& MetricsRegistry::histogram(MetricSeries series) {
  return state_->object_of(std::move(series), MetricKind::histogram, &State::Series::histogram);
}

MetricsRegistry::Registration MetricsRegistry::gauge_callback(MetricSeries series, Reader read) {
  auto source = std::make_shared<Source>(std::move(read));
  if (!state_->add_source(series, MetricKind::gauge, source)) return Registration();
  return Registration(std::move(source));
}

MetricsRegistry::Registration MetricsRegistry::counter_callback(MetricSeries series, Reader read) {
  auto source = std::make_shared<Source>(std::move(read));
  if (!state_->add_source(series, MetricKind::counter, source)) return Registration();
  return Registration(std::move(source));
}

std::uint64_t MetricsRegistry::refused_series_count() const noexcept {
  return state_->refused_count.sum();
}

std::string MetricsRegistry::render_prometheus() const {
  return state_->render(MetricsFormat::prometheus);
}

std::string MetricsRegistry::render_openmetrics() const {
  return state_->render(MetricsFormat::openmetrics);
}

}  // namespace nacre
