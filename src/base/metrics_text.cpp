#include "base/metrics_text.hpp"

#include <fmt/core.h>

#include <array>
#include <cmath>

#include "base/utf8.hpp"

namespace nacre {
namespace {

using namespace std::chrono_literals;

struct Bound {
  Duration length{};
  std::string_view text;  // in seconds; with a point, as OpenMetrics wants it
};

// From a memory hit to a slow origin, about three a decade.
constexpr std::array bounds{
    Bound{250ns, "2.5e-07"},  Bound{500ns, "5e-07"},  Bound{1us, "1e-06"},
    Bound{2500ns, "2.5e-06"}, Bound{5us, "5e-06"},    Bound{10us, "1e-05"},
    Bound{25us, "2.5e-05"},   Bound{50us, "5e-05"},   Bound{100us, "0.0001"},
    Bound{250us, "0.00025"},  Bound{500us, "0.0005"}, Bound{1ms, "0.001"},
    Bound{2500us, "0.0025"},  Bound{5ms, "0.005"},    Bound{10ms, "0.01"},
    Bound{25ms, "0.025"},     Bound{50ms, "0.05"},    Bound{100ms, "0.1"},
    Bound{250ms, "0.25"},     Bound{500ms, "0.5"},    Bound{1s, "1.0"},
    Bound{2500ms, "2.5"},     Bound{5s, "5.0"},       Bound{10s, "10.0"},
    Bound{30s, "30.0"},       Bound{60s, "60.0"}};

constexpr std::string_view counter_suffix = "_total";

std::string_view kind_text(MetricKind kind) noexcept {
  switch (kind) {
    case MetricKind::counter:
      return "counter";
    case MetricKind::gauge:
      return "gauge";
    case MetricKind::histogram:
      return "histogram";
  }
  return "untyped";
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

// Backslash and line feed are escaped everywhere, the quote where the text stands in quotes.
void append_escaped(std::string& out, std::string_view text, bool escape_quote) {
  while (!text.empty()) {
    const Utf8Step step = first_utf8_step(text);
    if (!step.is_valid) {
      out += replacement_character_utf8;
    } else if (step.code_point == '\n') {
      out += "\\n";
    } else if (step.code_point == '\\' || (step.code_point == '"' && escape_quote)) {
      out += '\\';
      out += text.front();
    } else {
      out += text.substr(0, step.length_bytes);
    }
    text.remove_prefix(step.length_bytes);
  }
}

}  // namespace

void MetricsPage::begin_family(std::string_view name, MetricKind kind, std::string_view help) {
  name_ = name;
  // OpenMetrics names the family of a counter without the suffix of its sample.
  std::string_view family = name;
  const bool is_openmetrics = format_ == MetricsFormat::openmetrics;
  if (is_openmetrics && kind == MetricKind::counter && family.ends_with(counter_suffix)) {
    family.remove_suffix(counter_suffix.size());
  }
  text_ += fmt::format("# HELP {} ", family);
  append_escaped(text_, help, is_openmetrics);
  text_ += fmt::format("\n# TYPE {} {}\n", family, kind_text(kind));
}

void MetricsPage::add_count(const Labels& labels, std::uint64_t value) {
  add_sample("", labels, "", fmt::format("{}", value));
}

void MetricsPage::add_number(const Labels& labels, double value) {
  add_sample("", labels, "", number_text(value));
}

void MetricsPage::add_histogram(const Labels& labels, const HistogramSnapshot& histogram) {
  for (const Bound& bound : bounds) {
    add_sample("_bucket", labels, bound.text,
               fmt::format("{}", histogram.count_up_to(bound.length)));
  }
  const std::string count = fmt::format("{}", histogram.count());
  add_sample("_bucket", labels, "+Inf", count);
  const std::chrono::duration<double> sum = histogram.sum();
  add_sample("_sum", labels, "", number_text(sum.count()));
  add_sample("_count", labels, "", count);
}

std::string MetricsPage::finish() && {
  if (format_ == MetricsFormat::openmetrics) text_ += "# EOF\n";
  return std::move(text_);
}

void MetricsPage::add_sample(std::string_view suffix, const Labels& labels, std::string_view bound,
                             std::string_view value) {
  text_ += name_;
  text_ += suffix;
  char separator = '{';
  for (const auto& [label, label_value] : labels) {
    text_ += separator;
    text_ += label;
    text_ += "=\"";
    append_escaped(text_, label_value, true);
    text_ += '"';
    separator = ',';
  }
  if (!bound.empty()) {
    text_ += fmt::format("{}le=\"{}\"", separator, bound);
    separator = ',';
  }
  if (separator == ',') text_ += '}';
  text_ += ' ';
  text_ += value;
  text_ += '\n';
}

}  // namespace nacre
