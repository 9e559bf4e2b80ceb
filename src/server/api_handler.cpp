#include "server/api_handler.hpp"

#include <exception>
#include <utility>

#include "server/error_response.hpp"

namespace nacre::server {
namespace {

StripedCounter& request_counter(MetricsRegistry& metrics, std::string_view method,
                                std::string_view path) {
  return metrics.counter(
      {.name = "nacre_http_requests_total",
       .help = "Requests that were let in, by route.",
       .labels = {{"method", std::string(method)}, {"route", std::string(path)}}});
}

// What is the matter with a path or method that no route has.
Response unrouted_response(const RouteTree::Match& match) {
  if (match.allow.empty()) {
    return error_response(Error(Errc::no_handler,
                                "there is nothing at this path; /api/openapi.json lists what there "
                                "is, and a '/' inside a key is written %2F"));
  }
  Response response = error_response(
      405, Error(Errc::no_handler, "this path does not have this method; allowed: " + match.allow));
  add_field(response, "Allow", match.allow);
  return response;
}

}  // namespace

ApiHandler::ApiHandler(std::shared_ptr<const Backend> backend)
    : routes_(make_route_table()), tree_(routes_), backend_(std::move(backend)) {
  MutexLock lock(mutex_);
  MetricsRegistry& metrics = *backend_->metrics;
  for (const Route& route : routes_) {
    request_counts_.push_back(&request_counter(metrics, name_of(route.method), route.path));
  }
  unrouted_count_ = &request_counter(metrics, "other", "none");
}

void ApiHandler::replace_backend(std::shared_ptr<const Backend> backend) {
  MutexLock lock(mutex_);
  backend_ = std::move(backend);
}

std::shared_ptr<const Backend> ApiHandler::backend() const {
  MutexLock lock(mutex_);
  return backend_;
}

void ApiHandler::handle(const Request& request, Reply reply) noexcept {
  Call call{.request = request, .backend = backend(), .reply = std::move(reply)};
  try {
    route(call);
  } catch (const Error& error) {
    if (call.reply.is_pending()) call.reply.send(error_response(error));
  } catch (const std::exception& failure) {
    if (call.reply.is_pending()) {
      call.reply.send(error_response(Error(Errc::internal, failure.what())));
    }
  }
}

void ApiHandler::route(Call& call) {
  const RequestHead& head = call.request.head;
  const RouteTree::Match match = tree_.find(head.method, head.path);
  const Access access = match.route == nullptr ? Access::token : match.route->access;
  if (const std::optional<Error> refusal =
          call.backend->access.find_refusal(call.request, access)) {
    Response response = error_response(*refusal);
    if (refusal->code() == Errc::unauthorized) {
      add_field(response, "WWW-Authenticate", "Bearer realm=\"nacre\"");
    }
    return call.reply.send(std::move(response));
  }
  if (match.route == nullptr) {
    unrouted_count_->add();
    return call.reply.send(unrouted_response(match));
  }
  request_counts_[match.route_index]->add();
  call.path_parameter = match.path_parameter;
  match.route->handler(call);
}

}  // namespace nacre::server
