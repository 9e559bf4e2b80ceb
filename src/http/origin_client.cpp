#include "http/origin_client.hpp"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "http/exchange.hpp"
#include "nacre/error.hpp"

namespace nacre {

/// The exchanges that have not answered, each with the reference that keeps it alive.
struct OriginClient::Running {
  std::unordered_map<const Exchange*, std::shared_ptr<Exchange>> exchanges;
};

namespace {

Error closed_error(const OriginAddress& address) {
  return Error(Errc::load_failed,
               fmt::format("{} is not asked any more: nacre shuts down", address.to_string()),
               {{"origin", address.to_string()}});
}

}  // namespace

OriginClient::OriginClient(const Surroundings& surroundings, OriginAddress address,
                           OriginConnectionOptions options)
    : loop_(surroundings.loop),
      random_(surroundings.random),
      address_(std::move(address)),
      options_(std::move(options)),
      figures_(surroundings.metrics, address_.to_string()),
      resolver_(loop_, address_.host, options_.dns_ttl),
      idle_(options_.max_idle, options_.idle_timeout),
      places_(options_.max_concurrent, options_.max_queued),
      budget_(options_.retry_budget, loop_.clock().now()),
      running_(std::make_unique<Running>()) {
  if (address_.is_tls) tls_.emplace(options_.ca_file);
}

OriginClient::~OriginClient() = default;

void OriginClient::start(OriginRequest request, OriginAnswer answer) {
  if (is_closed_) return answer(closed_error(address_));
  auto exchange = std::make_shared<Exchange>(*this, std::move(request), std::move(answer));
  running_->exchanges.emplace(exchange.get(), exchange);
  exchange->start();
}

void OriginClient::close() {
  is_closed_ = true;
  while (!running_->exchanges.empty()) {
    const std::shared_ptr<Exchange> exchange = running_->exchanges.begin()->second;
    exchange->fail(OriginFailure::cancelled, closed_error(address_));
  }
  if (idle_timer_) loop_.cancel(*std::exchange(idle_timer_, std::nullopt));
  idle_.close_all();
  show_figures();
}

void OriginClient::forget(const Exchange& exchange) {
  running_->exchanges.erase(&exchange);
}

// The next one starts from the loop, not from here: a long queue of requests that fail at once
// must not become a deep stack.
void OriginClient::release_place() {
  if (std::optional<PlaceQueue::Waiter> next = places_.leave()) loop_.post(std::move(*next));
  show_figures();
}

void OriginClient::keep(std::unique_ptr<OriginConnection> connection) {
  if (is_closed_) return;
  idle_.put(std::move(connection), loop_.clock().now());
  watch_idle();
  show_figures();
}

std::unique_ptr<OriginConnection> OriginClient::take_idle() {
  return idle_.take(loop_.clock().now());
}

std::unique_ptr<OriginConnection> OriginClient::make_connection() {
  figures_.connects.add();
  return std::make_unique<OriginConnection>(loop_.context(), address_, tls_ ? &*tls_ : nullptr);
}

// One timer, for the oldest. It is not moved when that one is taken: it then finds nothing to do.
void OriginClient::watch_idle() {
  const std::optional<TimePoint> expiry = idle_.next_expiry();
  if (idle_timer_ || !expiry) return;
  idle_timer_ = loop_.call_at(*expiry, [this] {
    if (is_closed_) return;
    idle_timer_.reset();
    idle_.close_expired(loop_.clock().now());
    show_figures();
    watch_idle();
  });
}

void OriginClient::show_figures() {
  figures_.in_flight.set(static_cast<double>(places_.used_count()));
  figures_.queued.set(static_cast<double>(places_.queued_count()));
  figures_.idle_connections.set(static_cast<double>(idle_.count()));
}

}  // namespace nacre
