// Promise P8 under load: a million replies, ten thousand cancels and timeouts, and every value says
// whose it is. NACRE_SOAK makes it ten times longer.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <semaphore>
#include <thread>

#include "redis/standalone.hpp"
#include "resp/writer.hpp"
#include "support/redis_server.hpp"

namespace nacre::redis {
namespace {

using namespace std::chrono_literals;

struct Figures {
  std::atomic<std::uint64_t> reply_count{0};
  std::atomic<std::uint64_t> left_count{0};  ///< handlers that were told of no reply
  std::atomic<std::uint64_t> mismatch_count{0};
  std::atomic<std::uint64_t> other_error_count{0};
};

/// One thread that keeps up to 200 reads in flight. What it asks is answered with the question.
class Reader {
 public:
  Reader(Client& client, Clock& clock, Figures& figures, std::uint64_t seed)
      : client_(client), clock_(clock), figures_(figures), random_(seed) {}

  void run(std::uint64_t count) {
    connect();
    for (std::uint64_t at = 0; at < count; ++at) {
      room_.acquire();
      ask(at);
    }
    for (int at = 0; at < in_flight; ++at) room_.acquire();
  }

 private:
  static constexpr int in_flight = 200;

  // A deadline that passes before there is a connection is connection_failed, not a timeout, and
  // each io thread has a connection of its own: the one that serves this thread must be there.
  void connect() {
    const std::string_view ping[] = {"PING"};
    std::binary_semaphore answered{0};
    client_.execute(
        {.arguments = ping, .deadline = Deadline::after(clock_, 20s)},
        [&answered](const ReplyHandler::Outcome&, const Answerer&) { answered.release(); });
    answered.acquire();
  }

  void ask(std::uint64_t at) {
    const std::string value = "reader " + std::to_string(reinterpret_cast<std::uintptr_t>(this)) +
                              " " + std::to_string(at) + std::string(at % 300, 'x');
    const std::string_view words[] = {"ECHO", value};
    Request request{.arguments = words, .deadline = Deadline::after(clock_, 20s)};
    const std::uint64_t fate = below(random_, 100);
    std::shared_ptr<Cancellation> cancellation;
    if (fate == 0) request.cancellation = cancellation = std::make_shared<Cancellation>();
    if (fate == 1) request.deadline = Deadline::after(clock_, 100us);
    client_.execute(request, [this, value](const ReplyHandler::Outcome& outcome, const Answerer&) {
      if (!outcome) {
        const bool is_expected = outcome.error().code() == Errc::command_timeout;
        ++(is_expected ? figures_.left_count : figures_.other_error_count);
      } else {
        ++figures_.reply_count;
        if (outcome.value().text() != value) ++figures_.mismatch_count;
      }
      room_.release();
    });
    if (cancellation) cancellation->cancel();
  }

  Client& client_;
  Clock& clock_;
  Figures& figures_;
  SeededRandom random_;
  std::counting_semaphore<> room_{in_flight};
};

TEST(RepliesAligned, P8_a_million_replies_and_ten_thousand_cancels_without_a_mismatch) {
  const bool is_soak = std::getenv("NACRE_SOAK") != nullptr;
  const std::uint64_t count = is_soak ? 5'500'000 : 550'000;
  test::RedisServer server;
  const std::shared_ptr<Clock> clock = make_system_clock();
  const auto threads = std::make_shared<IoThreads>(2, clock, std::make_shared<SystemRandom>());
  ConnectSettings settings;
  settings.command_timeout = 20s;
  const auto client = make_standalone_client({.host = server.host(), .port = server.port()},
                                             {.connect = settings, .threads = threads});

  Figures figures;
  std::vector<std::thread> readers;
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    readers.emplace_back([&, seed] { Reader(*client, *clock, figures, seed).run(count); });
  }
  for (std::thread& reader : readers) reader.join();
  RecordProperty("replies", std::to_string(figures.reply_count));
  RecordProperty("left", std::to_string(figures.left_count));
  EXPECT_GE(figures.reply_count, 1'000'000U);
  EXPECT_GE(figures.left_count, 10'000U);
  EXPECT_EQ(figures.mismatch_count, 0U);
  EXPECT_EQ(figures.reply_count + figures.left_count + figures.other_error_count, 2 * count);
  EXPECT_EQ(figures.other_error_count, 0U);
}

}  // namespace
}  // namespace nacre::redis
