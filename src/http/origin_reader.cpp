#include "http/origin_reader.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/gate.hpp"
#include "base/random.hpp"
#include "http/origin_client.hpp"
#include "http/response_meaning.hpp"
#include "nacre/error.hpp"

namespace nacre {
namespace {

constexpr std::size_t max_passed_header_bytes = 1024;

HeaderFields passed_headers(const OriginRule& rule, HeaderFields headers) {
  std::erase_if(headers, [&](const auto& field) {
    return !rule.passes_header(field.first) || field.second.size() > max_passed_header_bytes ||
           !is_header_value(field.second);
  });
  return headers;
}

void add_conditions(HeaderFields& headers, const Validators& validators) {
  if (!validators.etag.empty() && is_header_value(validators.etag)) {
    headers.emplace_back("if-none-match", validators.etag);
  }
  if (!validators.last_modified.empty() && is_header_value(validators.last_modified)) {
    headers.emplace_back("if-modified-since", validators.last_modified);
  }
}

// The rule's own value stands where the caller sends the same header.
void add_missing(HeaderFields& headers, const HeaderFields& added) {
  for (const auto& field : added) {
    const auto is_same = [&](const auto& known) { return known.first == field.first; };
    if (std::none_of(headers.begin(), headers.end(), is_same)) headers.push_back(field);
  }
}

}  // namespace

/// Shared by the reader and its loaders, which may run when the reader has gone.
class OriginReader::Core {
 public:
  Core(OriginRules rules, std::shared_ptr<Clock> clock, std::shared_ptr<MetricsRegistry> metrics,
       std::shared_ptr<Random> random)
      : rules_(std::move(rules)),
        clock_(std::move(clock)),
        metrics_(std::move(metrics)),
        random_(std::move(random)),
        loop_(clock_) {
    for (const OriginRule& rule : rules_.all()) {
      const std::string origin = rule.address().to_string();
      std::unique_ptr<OriginClient>& client = clients_[origin];
      if (client) continue;
      client = std::make_unique<OriginClient>(
          OriginClient::Surroundings{.loop = loop_, .random = *random_, .metrics = *metrics_},
          rule.address(), rule.options().connection);
    }
  }

  const OriginRules& rules() const noexcept { return rules_; }

  void load(const OriginRule& rule, const CallerTerms& caller, const LoadContext& context,
            const LoadCompletion<Bytes>& completion);

  bool drain(Deadline deadline) {
    gate_.close();
    return gate_.wait_idle(*clock_, deadline);
  }

  void shut_down() {
    gate_.close();
    loop_.post([this] {
      for (const auto& [origin, client] : clients_) client->close();
    });
    NACRE_CHECK(gate_.wait_idle(*clock_, Deadline()));
    loop_.stop();
  }

 private:
  void start(OriginClient& client, OriginRequest request, ResponseTerms terms,
             const LoadCompletion<Bytes>& completion, Gate::Pass pass);

  OriginRules rules_;
  std::shared_ptr<Clock> clock_;
  std::shared_ptr<MetricsRegistry> metrics_;
  std::shared_ptr<Random> random_;
  Gate gate_;
  IoLoop loop_;
  // By address; const after construction, the clients themselves belong to the loop.
  std::unordered_map<std::string, std::unique_ptr<OriginClient>> clients_;
};

void OriginReader::Core::load(const OriginRule& rule, const CallerTerms& caller,
                              const LoadContext& context, const LoadCompletion<Bytes>& completion) {
  Gate::Pass pass = gate_.try_enter();
  if (!pass) {
    return completion.fail(
        Error(Errc::load_failed, "origins are not asked any more: shutting down"));
  }
  const std::optional<Captures> captures = rule.find(context.key);
  if (!captures) {
    return completion.fail(Error(Errc::invalid_key, "key: is not one that the origin rule serves"));
  }
  OriginRequest request{.deadline = context.deadline, .stop = context.stop};
  ResponseTerms terms{.origin = rule.address().to_string(),
                      .entry = rule.options().entry,
                      .respects_max_age = rule.options().respect_cache_control,
                      .ignores_no_store = rule.options().ignores_no_store};
  try {
    request.target = rule.target(*captures);
    request.headers = rule.headers(*captures);
    terms.entry.tags = rule.tags(*captures);
  } catch (const Error& error) {
    return completion.fail(error);
  }
  add_missing(request.headers, caller.headers);
  if (caller.ttl) terms.entry.ttl = caller.ttl;
  if (rule.options().is_conditional && context.previous) {
    const std::size_t unconditional_count = request.headers.size();
    add_conditions(request.headers, context.validators);
    terms.was_conditional = request.headers.size() > unconditional_count;
  }
  OriginClient& client = *clients_.at(terms.origin);
  start(client, std::move(request), std::move(terms), completion, std::move(pass));
}

void OriginReader::Core::start(OriginClient& client, OriginRequest request, ResponseTerms terms,
                               const LoadCompletion<Bytes>& completion, Gate::Pass pass) {
  // The pass is given back once the answer has been taken: only then may the core end.
  auto held = std::make_shared<Gate::Pass>(std::move(pass));
  OriginAnswer answer = [&client, terms = std::move(terms), completion,
                         held = std::move(held)](Outcome<OriginResponse> outcome) {
    if (!outcome) {
      completion.fail(outcome.error());
    } else if (ResponseMeaning meaning = meaning_of(outcome.value(), terms); meaning.outcome) {
      completion.complete(std::move(meaning.outcome).value());
    } else {
      client.figures().count_failure(meaning.failure);
      completion.fail(meaning.outcome.error());
    }
    held->leave();
  };
  loop_.post([&client, request = std::move(request), answer = std::move(answer)] {
    client.start(request, answer);
  });
}

OriginReader::OriginReader(OriginRules rules, std::shared_ptr<Clock> clock,
                           std::shared_ptr<MetricsRegistry> metrics, std::shared_ptr<Random> random)
    : core_(std::make_shared<Core>(std::move(rules), std::move(clock), std::move(metrics),
                                   std::move(random))) {}

OriginReader::~OriginReader() {
  core_->shut_down();
}

const OriginRules& OriginReader::rules() const noexcept {
  return core_->rules();
}

AsyncLoader<Bytes> OriginReader::loader(const OriginRule& rule, CallerTerms caller) const {
  caller.headers = passed_headers(rule, std::move(caller.headers));
  return [core = core_, &rule, caller = std::move(caller)](
             const LoadContext& context, const LoadCompletion<Bytes>& completion) {
    core->load(rule, caller, context, completion);
  };
}

bool OriginReader::drain(Deadline deadline) {
  return core_->drain(deadline);
}

}  // namespace nacre
