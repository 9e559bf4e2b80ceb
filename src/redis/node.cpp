#include "redis/node.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "base/check.hpp"
#include "base/mutex.hpp"
#include "redis/encoded_call.hpp"
#include "redis/link.hpp"
#include "redis/pubsub_connection.hpp"

namespace nacre::redis {
namespace {

// Commands that block at the same time on one io thread. Each has a connection of its own.
constexpr std::size_t max_blocking_links = 32;

Error closed_error(const std::string& node) {
  return {Errc::connection_failed, "no connection to " + node + ": closed; it was never written"};
}

std::uint32_t next_node_number() noexcept {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
}

Error full_error() {
  return {Errc::saturated, "the queue of the Redis node is full; it was never written"};
}

}  // namespace

struct Node::State : std::enable_shared_from_this<State> {
  /// A call from another thread, and the error it is to be answered with instead, if any.
  struct Arrival {
    EncodedCall call{};
    Lane lane = Lane::shared;
    std::optional<Error> fault{};
  };

  /// What lives on one io thread.
  struct Place {
    std::unique_ptr<Link> data{};                   // loop thread only
    std::vector<std::unique_ptr<Link>> blocking{};  // loop thread only
    bool is_draining = false;                       // loop thread only; links are being closed
    Mutex mutex;
    std::vector<Arrival> inbox NACRE_GUARDED_BY(mutex);
    std::size_t inbox_bytes NACRE_GUARDED_BY(mutex) = 0;
  };

  State(IoThreads& io_threads, NodeOptions node_options)
      : threads(io_threads), options(std::move(node_options)), places(io_threads.size()) {
    MutexLock lock(mutex);
    reports.resize(places.size());
    status.node = options.address.name();
    status.number = number;
    status.since = threads.clock().now();
  }

  LinkOptions link_options(std::size_t index, bool is_blocking);
  Link& data_link(std::size_t index);
  Link* blocking_link(std::size_t index);
  void sweep_blocking_later(std::size_t index);
  void execute_here(std::size_t index, Call& call) noexcept;
  void execute_arrival(std::size_t index, Arrival arrival);
  void send_over(std::size_t index, std::span<Call> calls);
  Arrival arrival_of(Call& call, TimePoint now) const;
  void take_inbox(std::size_t index);
  void publish(std::size_t index, const LinkReport& report);
  void close_links(std::size_t index);
  bool is_idle_at(std::size_t index) const;

  IoThreads& threads;
  NodeOptions options;
  std::vector<Place> places;
  const std::uint32_t number = next_node_number();
  std::atomic<bool> is_ready{false};
  mutable Mutex mutex;
  std::vector<std::optional<LinkReport>> reports NACRE_GUARDED_BY(mutex);
  NodeStatus status NACRE_GUARDED_BY(mutex);
  std::atomic<bool> is_closed{false};
};

LinkOptions Node::State::link_options(std::size_t index, bool is_blocking) {
  LinkOptions link;
  link.connection = {.address = options.address,
                     .node_number = number,
                     .settings = options.settings,
                     .tls = options.tls,
                     .terms = {.is_tracking = options.settings->is_tracking && !is_blocking,
                               .is_read_only = options.is_read_only,
                               .required_role = options.required_role},
                     .is_kept = !is_blocking,
                     .has_heartbeat = !is_blocking,
                     .on_event = options.on_event};
  link.max_in_flight = is_blocking ? 1 : options.settings->max_in_flight;
  link.is_given_up_on_timeout = is_blocking;
  link.is_transient_retried = options.is_transient_retried;
  if (is_blocking) return link;
  link.observer = options.observer;
  link.on_changed = [this, index] { publish(index, places[index].data->report()); };
  return link;
}

Link& Node::State::data_link(std::size_t index) {
  std::unique_ptr<Link>& link = places[index].data;
  if (!link) {
    link = std::make_unique<Link>(threads[index], link_options(index, false));
    publish(index, link->report());
    link->start();
  }
  return *link;
}

Link* Node::State::blocking_link(std::size_t index) {
  std::vector<std::unique_ptr<Link>>& links = places[index].blocking;
  std::size_t open_count = 0;
  for (const std::unique_ptr<Link>& link : links) {
    if (link->report().state == LinkState::closed) continue;
    if (link->load_count() == 0) return link.get();
    ++open_count;
  }
  if (open_count >= max_blocking_links) return nullptr;
  sweep_blocking_later(index);
  links.push_back(std::make_unique<Link>(threads[index], link_options(index, true)));
  links.back()->start();
  return links.back().get();
}

// A closed link may be the one whose handler runs now.
void Node::State::sweep_blocking_later(std::size_t index) {
  threads[index].at_turn_end([self = shared_from_this(), index] {
    std::erase_if(self->places[index].blocking, [](const std::unique_ptr<Link>& link) {
      return link->report().state == LinkState::closed && link->load_count() == 0;
    });
  });
}

void Node::State::execute_here(std::size_t index, Call& call) noexcept {
  if (call.request.lane == Lane::shared && !is_closed.load(std::memory_order_relaxed)) {
    return data_link(index).execute(call);
  }
  // All that is rare goes the long way: through the inbox, at the end of the turn.
  send_over(index, {&call, 1});
}

Node::State::Arrival Node::State::arrival_of(Call& call, TimePoint now) const {
  Arrival arrival;
  arrival.lane = call.request.lane;
  arrival.fault = find_fault(call.request, *options.settings);
  // What was taken before the end is still done: only new calls are refused.
  if (is_closed.load()) arrival.fault = closed_error(options.address.name());
  if (arrival.fault) {
    arrival.call.handler = std::move(call.handler);
  } else {
    arrival.call = encode(call, *options.settings, now);
  }
  return arrival;
}

void Node::State::send_over(std::size_t index, std::span<Call> calls) {
  const TimePoint now = threads.clock().coarse_now();
  const ConnectSettings& settings = *options.settings;
  Place& place = places[index];
  bool is_first = false;
  {
    std::vector<Arrival> arrivals;
    arrivals.reserve(calls.size());
    for (Call& call : calls) arrivals.push_back(arrival_of(call, now));
    MutexLock lock(place.mutex);
    is_first = place.inbox.empty();
    for (Arrival& arrival : arrivals) {
      const std::size_t bytes = arrival.call.bytes.size();
      if (!arrival.fault && (place.inbox.size() >= settings.max_queued ||
                             place.inbox_bytes + bytes > settings.max_queued_bytes)) {
        arrival.fault = full_error();
        arrival.call.bytes.clear();
      }
      place.inbox_bytes += arrival.call.bytes.size();
      place.inbox.push_back(std::move(arrival));
    }
  }
  if (!is_first) return;
  if (!threads[index].post([self = shared_from_this(), index] { self->take_inbox(index); })) {
    take_inbox(index);  // the threads have stopped: nobody else will answer
  }
}

void Node::State::take_inbox(std::size_t index) {
  std::vector<Arrival> arrivals;
  {
    Place& place = places[index];
    MutexLock lock(place.mutex);
    arrivals.swap(place.inbox);
    place.inbox_bytes = 0;
  }
  for (Arrival& arrival : arrivals) execute_arrival(index, std::move(arrival));
}

void Node::State::execute_arrival(std::size_t index, Arrival arrival) {
  Link* link = nullptr;
  if (!arrival.fault && (places[index].is_draining || !threads[index].is_current())) {
    arrival.fault = closed_error(options.address.name());
  }
  if (!arrival.fault) {
    link = arrival.lane == Lane::shared ? &data_link(index) : blocking_link(index);
    if (link == nullptr) arrival.fault = full_error();
  }
  if (link != nullptr) return link->execute(std::move(arrival.call));
  const std::string node = options.address.name();
  arrival.call.handler(ReplyHandler::Outcome(*std::move(arrival.fault)),
                       {.link = {.node = node}, .command = arrival.call.bytes});
}

void Node::State::publish(std::size_t index, const LinkReport& report) {
  {
    MutexLock lock(mutex);
    reports[index] = report;
    NodeStatus now = status;
    std::size_t known_count = 0;
    std::size_t ready_count = 0;
    bool is_degraded = false;
    now.is_tracking = true;
    for (const std::optional<LinkReport>& one : reports) {
      if (!one) continue;
      ++known_count;
      if (one->state == LinkState::ready) ++ready_count;
      is_degraded |= one->health == Health::degraded;
      now.is_tracking &= one->is_tracking;
    }
    now.state = ready_count == known_count ? LinkState::ready : report.state;
    if (ready_count != known_count) {
      for (const std::optional<LinkReport>& one : reports) {
        if (one && one->state != LinkState::ready) now.state = one->state;
      }
    }
    is_ready = ready_count != 0;
    now.health = ready_count == 0                           ? Health::down
                 : ready_count < known_count || is_degraded ? Health::degraded
                                                            : Health::up;
    if (now.health != status.health) now.since = threads.clock().now();
    if (!report.last_error.empty()) now.last_error = report.last_error;
    if (report.role != Role::unknown) now.role = report.role;
    if (!report.version.empty()) now.version = report.version;
    if (report.round_trip) now.round_trip = report.round_trip;
    status = std::move(now);
  }
  if (options.on_status) options.on_status();
}

void Node::State::close_links(std::size_t index) {
  Place& place = places[index];
  place.is_draining = true;
  if (place.data) place.data->close();
  for (const std::unique_ptr<Link>& link : place.blocking) link->close();
}

bool Node::State::is_idle_at(std::size_t index) const {
  const Place& place = places[index];
  return (!place.data || place.data->is_idle()) &&
         std::all_of(place.blocking.begin(), place.blocking.end(),
                     [](const std::unique_ptr<Link>& link) { return link->is_idle(); });
}

Node::Node(IoThreads& threads, NodeOptions options)
    : options_(options),
      name_(options.address.name()),
      state_(std::make_shared<State>(threads, std::move(options))) {}

Node::~Node() {
  if (state_->is_closed.exchange(true)) return;
  for (std::size_t index = 0; index < state_->places.size(); ++index) {
    NACRE_CHECK(!state_->threads[index].is_current());
    std::promise<void> closed;
    const bool is_posted = state_->threads[index].post([state = state_, index, &closed] {
      state->take_inbox(index);
      state->close_links(index);
      state->places[index].data.reset();
      state->places[index].blocking.clear();
      closed.set_value();
    });
    if (is_posted) closed.get_future().wait();
  }
}

std::uint32_t Node::number() const noexcept {
  return state_->number;
}

bool Node::is_ready() const noexcept {
  return state_->is_ready;
}

void Node::open() {
  for (std::size_t index = 0; index < state_->places.size(); ++index) {
    state_->threads[index].post([state = state_, index] {
      if (!state->is_closed) state->data_link(index);
    });
  }
}

void Node::execute_all(std::span<Call> calls) noexcept {
  const std::size_t index = state_->threads.index_for_caller();
  if (state_->threads[index].is_current()) {
    for (Call& call : calls) state_->execute_here(index, call);
  } else {
    state_->send_over(index, calls);
  }
}

NodeStatus Node::status() const {
  MutexLock lock(state_->mutex);
  return state_->status;
}

std::unique_ptr<SubscriptionLink> Node::subscribe(std::shared_ptr<SubscriptionListener> listener) {
  const std::size_t index = state_->threads.index_for_caller();
  return make_pubsub_connection(
      state_->threads[index],
      {.address = options_.address,
       .settings = options_.settings,
       .tls = options_.tls,
       .terms = {.is_read_only = options_.is_read_only, .required_role = options_.required_role},
       .on_event = options_.on_event},
      std::move(listener));
}

namespace {

/// Waits for the links of all io threads to be idle or late.
struct Drain {
  std::atomic<std::size_t> missing_count;
  std::atomic<bool> is_complete{true};
  std::function<void(bool)> on_drained;
};

}  // namespace

void Node::drain(Deadline deadline, std::function<void(bool is_complete)> on_drained) {
  if (state_->is_closed.exchange(true)) return;
  const auto drain = std::make_shared<Drain>();
  drain->missing_count = state_->places.size();
  drain->on_drained = std::move(on_drained);
  for (std::size_t index = 0; index < state_->places.size(); ++index) {
    IoThread& thread = state_->threads[index];
    // Destroys the links in a turn of its own: it may be asked for by one of them.
    const auto end = [state = state_, drain, index, &thread](bool is_cut_off) {
      if (std::exchange(state->places[index].is_draining, true)) return;
      thread.at_turn_end([state, drain, index, is_cut_off] {
        if (is_cut_off && !state->is_idle_at(index)) drain->is_complete = false;
        state->close_links(index);
        state->places[index].data.reset();
        state->places[index].blocking.clear();
        if (--drain->missing_count == 0) drain->on_drained(drain->is_complete);
      });
    };
    const bool is_posted = thread.post([state = state_, index, end, deadline, &thread] {
      state->take_inbox(index);
      const auto end_if_idle = [state, index, end] {
        if (state->is_idle_at(index)) end(false);
      };
      State::Place& place = state->places[index];
      if (place.data) place.data->set_on_idle(end_if_idle);
      for (const std::unique_ptr<Link>& link : place.blocking) link->set_on_idle(end_if_idle);
      end_if_idle();
      if (place.is_draining) return;
      if (deadline.has_passed(thread.clock().now())) return end(true);
      if (!deadline.is_never()) thread.call_at(deadline.when(), [end] { end(true); });
    });
    if (!is_posted && --drain->missing_count == 0) drain->on_drained(drain->is_complete);
  }
}

}  // namespace nacre::redis
