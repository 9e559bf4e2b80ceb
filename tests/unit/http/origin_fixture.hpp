// An origin reader on a fake clock, asked as the cache would ask it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "base/random.hpp"
#include "http/origin_reader.hpp"
#include "nacre/error.hpp"
#include "nacre/fake_clock.hpp"
#include "nacre/metrics.hpp"
#include "support/test_origin.hpp"

namespace nacre::test {

using Answered = Outcome<detail::LoadAnswer>;

/// A load that runs.
class Asked {
 public:
  explicit Asked(std::future<Answered> answered) : answered_(std::move(answered)) {}

  /// The answer; fails the test when there is none after ten seconds.
  Answered get() {
    if (answered_.wait_for(std::chrono::seconds(10)) != std::future_status::ready) {
      ADD_FAILURE() << "no answer";
      return Error(Errc::internal, "no answer");
    }
    return answered_.get();
  }

  bool is_answered() const {
    return answered_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  /// The answer, while time goes on by `step` again and again: for loads that wait for timers.
  Answered get_while_time_passes(FakeClock& clock, Duration step) {
    constexpr int max_steps = 10'000;
    for (int step_count = 0; step_count < max_steps; ++step_count) {
      if (answered_.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready) break;
      clock.advance(step);
    }
    return get();
  }

 private:
  std::future<Answered> answered_;
};

class OriginFixture : public ::testing::Test {
 protected:
  /// A reader of one rule, "p:{id}" unless `options` says otherwise.
  void read_from(OriginOptions options) {
    if (options.match.empty()) options.match = "p:{id}";
    reader_.reset();
    reader_ = std::make_unique<OriginReader>(OriginRules({std::move(options)}), clock_, metrics_,
                                             std::make_shared<SeededRandom>(1));
  }

  /// A context for `key`; add to it what the test is about.
  LoadContext context(std::string key = "p:1") const { return {.key = std::move(key)}; }

  Asked ask(LoadContext load_context, CallerTerms caller = {}) const {
    const OriginRule* const rule = reader_->find(load_context.key);
    if (rule == nullptr) throw std::logic_error("no rule for " + load_context.key);
    const auto promise = std::make_shared<std::promise<Answered>>();
    Asked asked(promise->get_future());
    reader_->loader(*rule, std::move(caller))(load_context,
                                              LoadCompletion<Bytes>([promise](Answered answered) {
                                                promise->set_value(std::move(answered));
                                              }));
    return asked;
  }

  Asked ask(std::string key = "p:1") const { return ask(context(std::move(key))); }

  /// Waits until a load has set its deadline: from then on it ends in the step it is in.
  void wait_for_timer() const {
    constexpr int max_yields = 10'000'000;
    for (int count = 0; count < max_yields && clock_->pending_timer_count() == 0; ++count) {
      std::this_thread::yield();
    }
    ASSERT_GT(clock_->pending_timer_count(), 0U);
  }

  /// The value of a metric of the one origin, for example "nacre_origin_retries_total".
  /// `more_labels` as `,reason="tls"`.
  double figure(const std::string& name, const std::string& more_labels = {}) const {
    const std::string page = render_prometheus(*metrics_);
    const std::string origin = reader_->rules().all()[0].address().to_string();
    const std::string series = "\n" + name + "{origin=\"" + origin + "\"" + more_labels + "} ";
    const std::size_t at = page.find(series);
    if (at == std::string::npos) return -1;
    return std::stod(page.substr(at + series.size()));
  }

  double failures(const std::string& reason) const {
    return figure("nacre_origin_failures_total", ",reason=\"" + reason + "\"");
  }

  std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
  TimePoint begun_at_ = clock_->now();
  std::shared_ptr<MetricsRegistry> metrics_ = make_metrics_registry();
  std::unique_ptr<OriginReader> reader_;
};

/// The bytes of a value, or what came in its place.
inline std::string text_of(const Answered& answered) {
  if (!answered) return "error: " + answered.error().message();
  switch (answered.value().kind) {
    case detail::LoadAnswer::Kind::absent:
      return "absent";
    case detail::LoadAnswer::Kind::not_modified:
      return "not modified";
    default:
      return std::string(answered.value().value.bytes());
  }
}

/// A detail of the error, or "".
inline std::string detail_of(const Answered& answered, std::string_view name) {
  if (answered) return "";
  for (const auto& [known, value] : answered.error().details()) {
    if (known == name) return value;
  }
  return "";
}

}  // namespace nacre::test
