#include "cache/namespaces.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <set>
#include <thread>

#include "nacre/error.hpp"

namespace nacre {
namespace {

TEST(Namespaces, each_name_is_made_once_and_keeps_its_place) {
  Namespaces spaces;
  const detail::Namespace& app = spaces.intern("app");
  const detail::Namespace& other = spaces.intern("other");
  EXPECT_EQ(&spaces.intern("app"), &app);
  EXPECT_EQ(app.name, "app");
  EXPECT_NE(app.id, other.id);
  EXPECT_EQ(spaces.names(), (std::vector<std::string>{"app", "other"}));
}

TEST(Namespaces, bad_names_are_refused_and_leave_nothing) {
  Namespaces spaces;
  EXPECT_THROW(spaces.intern("a:b"), Error);
  EXPECT_THROW(spaces.intern(""), Error);
  EXPECT_TRUE(spaces.names().empty());
}

TEST(Namespaces, more_than_their_numbers_can_tell_apart_are_saturated) {
  Namespaces spaces;
  std::set<std::uint16_t> ids;
  for (std::size_t index = 0; index < Namespaces::max_count; ++index) {
    ids.insert(spaces.intern("n" + std::to_string(index)).id);
  }
  EXPECT_EQ(ids.size(), Namespaces::max_count);
  try {
    spaces.intern("one more");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::saturated);
  }
  EXPECT_EQ(spaces.intern("n7").name, "n7") << "those that are there go on";
}

TEST(Namespaces, threads_that_ask_at_once_are_given_the_same) {
  Namespaces spaces;
  std::latch together(4);
  std::vector<const detail::Namespace*> seen(4);
  std::vector<std::thread> threads;
  for (std::size_t index = 0; index < seen.size(); ++index) {
    threads.emplace_back([&spaces, &together, &seen, index] {
      together.arrive_and_wait();
      seen[index] = &spaces.intern("app");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 1u);
}

}  // namespace
}  // namespace nacre
