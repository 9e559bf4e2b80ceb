#include "server/output_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

namespace nacre::server {
namespace {

RC_GTEST_PROP(OutputQueue, gives_bytes_in_order_however_they_are_added_and_taken, ()) {
  OutputQueue queue;
  std::string model;
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 4), rc::gen::inRange(0, 40'000)));
  char next = 'a';
  for (const auto& [kind, size] : steps) {
    const std::string bytes(static_cast<std::size_t>(size), next);
    next = next == 'z' ? 'a' : static_cast<char>(next + 1);
    if (kind == 0) {
      queue.tail().append(bytes);
      model += bytes;
    } else if (kind == 1) {
      const auto owner = std::make_shared<std::string>(bytes);
      queue.append_shared(*owner, owner);
      model += bytes;
    } else {
      const std::size_t count = std::min(model.size(), bytes.size() * 2);
      queue.consume(count);
      model.erase(0, count);
    }
    RC_ASSERT(queue.size_bytes() == model.size());
    RC_ASSERT(queue.is_empty() == model.empty());
    std::array<std::string_view, 200> parts;
    const std::size_t part_count = queue.gather(parts);
    std::string gathered;
    for (std::size_t index = 0; index < part_count; ++index) gathered += parts[index];
    RC_ASSERT(gathered == model);
  }
}

TEST(OutputQueue, keeps_no_memory_of_what_it_has_sent) {
  OutputQueue queue;
  queue.tail().append(1000, 'x');
  for (int round = 0; round < 1000; ++round) {
    queue.tail().append(10'000, 'x');
    queue.consume(10'000);
  }
  EXPECT_EQ(queue.size_bytes(), 1000U);
  EXPECT_LT(queue.tail().capacity(), 300'000U);
  queue.consume(1000);
  EXPECT_LE(queue.tail().capacity(), 64U * 1024U);
}

TEST(OutputQueue, lets_go_of_shared_bytes_as_soon_as_they_are_sent) {
  OutputQueue queue;
  const auto owner = std::make_shared<std::string>(50'000, 'x');
  queue.append_shared(*owner, owner);
  queue.tail().append("tail");
  queue.consume(49'999);
  EXPECT_EQ(owner.use_count(), 2);
  queue.consume(1);
  EXPECT_EQ(owner.use_count(), 1);
  EXPECT_EQ(queue.size_bytes(), 4U);
}

TEST(OutputQueue, copies_small_shared_bytes) {
  OutputQueue queue;
  const auto owner = std::make_shared<std::string>("small");
  queue.append_shared(*owner, owner);
  EXPECT_EQ(owner.use_count(), 1);
  EXPECT_EQ(queue.size_bytes(), 5U);
}

}  // namespace
}  // namespace nacre::server
