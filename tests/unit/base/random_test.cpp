#include "base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace nacre {
namespace {

// The sources that hold to the same contract.
std::vector<std::unique_ptr<Random>> all_sources() {
  std::vector<std::unique_ptr<Random>> sources;
  sources.push_back(std::make_unique<SystemRandom>());
  sources.push_back(std::make_unique<SeededRandom>(20261121));
  return sources;
}

TEST(SeededRandom, repeats_itself_for_a_seed) {
  // The first outputs of SplitMix64 for the seed 1234567, from the reference code of S. Vigna.
  SeededRandom random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(SystemRandom, two_sources_and_two_threads_do_not_repeat_each_other) {
  SystemRandom first;
  SystemRandom second;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(first.next()).second);
    EXPECT_TRUE(seen.insert(second.next()).second);
  }
  std::vector<std::uint64_t> elsewhere;
  std::thread([&] {
    for (int i = 0; i < 1000; ++i) elsewhere.push_back(first.next());
  }).join();
  for (const std::uint64_t number : elsewhere) EXPECT_TRUE(seen.insert(number).second);
}

TEST(Random, every_bit_is_set_half_of_the_time) {
  for (const auto& source : all_sources()) {
    std::array<int, 64> ones{};
    constexpr int draws = 20'000;
    for (int i = 0; i < draws; ++i) {
      const std::uint64_t bits = source->next();
      for (unsigned bit = 0; bit < 64; ++bit) ones[bit] += static_cast<int>((bits >> bit) & 1U);
    }
    // 7 standard deviations of a fair coin: 0.5 * sqrt(20000) = 71.
    for (const int count : ones) EXPECT_NEAR(count, draws / 2, 500);
  }
}

TEST(Random, uniform01_is_in_range_and_even) {
  for (const auto& source : all_sources()) {
    double sum = 0;
    for (int i = 0; i < 20'000; ++i) {
      const double number = uniform01(*source);
      ASSERT_GE(number, 0.0);
      ASSERT_LT(number, 1.0);
      sum += number;
    }
    EXPECT_NEAR(sum / 20'000, 0.5, 0.015);  // 7 standard deviations
  }
}

TEST(Random, below_reaches_every_number_evenly_and_none_else) {
  for (const auto& source : all_sources()) {
    std::array<int, 7> counts{};
    for (int i = 0; i < 21'000; ++i) ++counts.at(below(*source, 7));
    for (const int count : counts) EXPECT_NEAR(count, 3000, 360);  // 7 standard deviations
    EXPECT_EQ(below(*source, 1), 0U);
    EXPECT_LT(below(*source, std::numeric_limits<std::uint64_t>::max()),
              std::numeric_limits<std::uint64_t>::max());
  }
}

// Gives back what the test put in.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<std::uint64_t> numbers) : numbers_(std::move(numbers)) {}
  std::uint64_t next() noexcept override { return numbers_.at(index_++); }

 private:
  std::vector<std::uint64_t> numbers_;
  std::size_t index_ = 0;
};

TEST(Random, below_draws_again_where_a_result_would_be_favoured) {
  // For a limit of 3, 2^64 mod 3 = 1: only a draw whose product has a low half of 0 is refused.
  ScriptedRandom random({0, std::numeric_limits<std::uint64_t>::max()});
  EXPECT_EQ(below(random, 3), 2U);
}

TEST(SeededRandom, is_safe_to_share_and_gives_each_number_once) {
  SeededRandom random(1);
  std::array<std::vector<std::uint64_t>, 2> drawn;
  std::vector<std::thread> threads;
  for (auto& numbers : drawn) {
    threads.emplace_back([&random, &numbers] {
      for (int i = 0; i < 5000; ++i) numbers.push_back(random.next());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::uint64_t> all(drawn[0].begin(), drawn[0].end());
  all.insert(drawn[1].begin(), drawn[1].end());
  EXPECT_EQ(all.size(), 10'000U);
}

TEST(SecretBytes, fill_all_of_the_span_and_differ) {
  std::array<std::byte, 64> first{};
  std::array<std::byte, 64> second{};
  fill_with_secret_bytes(first);
  fill_with_secret_bytes(second);
  EXPECT_NE(first, second);
  // 64 random bytes with half of them zero is less likely than 2^-200.
  EXPECT_LT(std::count(first.begin(), first.end(), std::byte{0}), 32);
  EXPECT_LT(std::count(first.begin() + 32, first.end(), std::byte{0}), 16);
  fill_with_secret_bytes({});
}

TEST(RandomDeathTest, below_zero_choices_is_a_defect) {
  SeededRandom random(1);
  EXPECT_DEATH(static_cast<void>(below(random, 0)), "limit > 0");
}

}  // namespace
}  // namespace nacre
