#include "http/host_resolver.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <utility>

namespace nacre {

using boost::asio::ip::tcp;
using Resolver = boost::asio::ip::basic_resolver<tcp, boost::asio::io_context::executor_type>;

/// Shared with the handler that waits for the system, which may come after the HostResolver's end.
struct HostResolver::Query {
  explicit Query(HostResolver& asker, boost::asio::io_context& context)
      : owner(&asker), resolver(context.get_executor()) {}

  HostResolver* owner;
  Resolver resolver;
};

HostResolver::HostResolver(IoLoop& loop, std::string host, Duration ttl)
    : loop_(loop), host_(std::move(host)), ttl_(ttl) {
  boost::system::error_code error;
  boost::asio::ip::make_address(host_, error);
  if (!error) {
    known_.addresses = {host_};
    known_until_ = TimePoint::max();
  }
}

HostResolver::~HostResolver() {
  if (query_) query_->owner = nullptr;
}

HostResolver::Ticket HostResolver::resolve(Done done) {
  if (!known_.addresses.empty() && loop_.clock().now() < known_until_) {
    done(known_);
    return {};
  }
  const Ticket ticket{++last_ticket_};
  waiting_.emplace(ticket, std::move(done));
  if (!query_) ask();
  return ticket;
}

void HostResolver::forget(Ticket ticket) noexcept {
  waiting_.erase(ticket);
}

void HostResolver::ask() {
  query_ = std::make_shared<Query>(*this, loop_.context());
  query_->resolver.async_resolve(
      host_, "", [query = query_](boost::system::error_code error, const auto& results) {
        if (query->owner == nullptr) return;
        Answer answer;
        for (const auto& result : results) {
          if (answer.addresses.size() == max_host_addresses) break;
          answer.addresses.push_back(result.endpoint().address().to_string());
        }
        if (answer.addresses.empty()) {
          answer.trouble = error ? error.message() : "the host has no address";
        }
        query->owner->answer(std::move(answer));
      });
}

void HostResolver::answer(Answer answer) {
  query_.reset();
  known_ = std::move(answer);
  known_until_ = loop_.clock().now() + ttl_;
  const Answer given = known_;  // a callback may ask again and change what is known
  for (auto& [ticket, done] : std::exchange(waiting_, {})) done(given);
}

}  // namespace nacre
