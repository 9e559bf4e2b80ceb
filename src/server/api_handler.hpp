// nacred's answer to every request: who may ask, which route, and errors as JSON.
#pragma once

#include <memory>
#include <vector>

#include "base/metrics.hpp"
#include "base/mutex.hpp"
#include "server/http_session.hpp"
#include "server/route.hpp"
#include "server/route_tree.hpp"

namespace nacre::server {

/// Thread safe.
class ApiHandler final : public RequestHandler {
 public:
  /// Counts requests in the backend's metrics.
  explicit ApiHandler(std::shared_ptr<const Backend> backend);

  void handle(const Request& request, Reply reply) noexcept override;

  /// From the next request on, `backend` answers.
  void replace_backend(std::shared_ptr<const Backend> backend);

 private:
  std::shared_ptr<const Backend> backend() const;
  void route(Call& call);

  const std::vector<Route> routes_;
  const RouteTree tree_;
  std::vector<StripedCounter*> request_counts_{};  // as routes_; const after construction
  StripedCounter* unrouted_count_ = nullptr;
  mutable Mutex mutex_;
  std::shared_ptr<const Backend> backend_ NACRE_GUARDED_BY(mutex_);
};

}  // namespace nacre::server
