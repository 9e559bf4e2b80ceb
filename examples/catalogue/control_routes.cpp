#include "control_routes.hpp"

#include <boost/json.hpp>

#include "product_json.hpp"

namespace catalogue {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds max_latency = std::chrono::minutes(10);

std::chrono::milliseconds to_latency(const json::value& value, const std::string& name) {
  const auto latency = std::chrono::milliseconds(value.is_int64() ? value.get_int64() : -1);
  if (latency.count() < 0 || latency > max_latency) {
    throw InvalidBody(name + " must be a whole number from 0 to " +
                      std::to_string(max_latency.count()));
  }
  return latency;
}

double to_rate(const json::value& value) {
  boost::system::error_code error;
  const double rate = value.is_number() ? value.to_number<double>(error) : -1;
  if (rate < 0 || rate > 1) throw InvalidBody("failure_rate must be a number from 0 to 1");
  return rate;
}

bool to_flag(const json::value& value, const std::string& name) {
  if (!value.is_bool()) throw InvalidBody(name + " must be true or false");
  return value.get_bool();
}

}  // namespace

Response get_health(const Call& call) {
  const json::object body{{"status", "ok"}, {"products", call.store.count()}};
  return {.body = json::serialize(body)};
}

Response get_control(const Call& call) {
  const Behaviour behaviour = call.control.behaviour();
  const Counts counts = call.control.counts();
  json::object requests;
  for (std::size_t index = 0; index < counts.by_route.size(); ++index) {
    const Route& route = route_table()[index];
    if (!route.is_counted) continue;
    requests[std::string(route.method) + " " + std::string(route.pattern)] = counts.by_route[index];
  }
  const json::object body{
      {"latency_ms", behaviour.latency.count()}, {"jitter_ms", behaviour.jitter.count()},
      {"failure_rate", behaviour.failure_rate},  {"hang", behaviour.hang},
      {"in_flight", counts.in_flight},           {"most_in_flight", counts.most_in_flight},
      {"requests", std::move(requests)}};
  return {.body = json::serialize(body)};
}

Response put_control(const Call& call) {
  Behaviour behaviour = call.control.behaviour();
  bool resets_counts = false;
  for (const auto& [key, value] : parse_object(call.request.body)) {
    const std::string name(key);
    if (name == "latency_ms") {
      behaviour.latency = to_latency(value, name);
    } else if (name == "jitter_ms") {
      behaviour.jitter = to_latency(value, name);
    } else if (name == "failure_rate") {
      behaviour.failure_rate = to_rate(value);
    } else if (name == "hang") {
      behaviour.hang = to_flag(value, name);
    } else if (name == "reset_counts") {
      resets_counts = to_flag(value, name);
    } else {
      throw InvalidBody(name +
                        " is unknown; there are latency_ms, jitter_ms, failure_rate, hang and "
                        "reset_counts");
    }
  }
  call.control.set_behaviour(behaviour);
  if (resets_counts) call.control.reset_counts();
  return get_control(call);
}

}  // namespace catalogue
