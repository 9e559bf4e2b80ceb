#include "tier/entry.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <thread>

namespace nacre {
namespace {

TEST(NotesRef, empty_ones_cost_nothing) {
  const NotesRef none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none.get(), nullptr);
  EXPECT_EQ(sizeof(NotesRef), sizeof(void*));
}

RC_GTEST_PROP(NotesRef, copies_share_the_notes_whatever_is_assigned_to_what, ()) {
  // Every reference knows what it should point to; the sanitizers see a wrong count.
  std::vector<NotesRef> refs(4);
  std::vector<std::string> expected(4);
  const int steps_count = *rc::gen::inRange(0, 40);
  for (int step = 0; step < steps_count; ++step) {
    const auto to = *rc::gen::inRange<std::size_t>(0, 4);
    const auto from = *rc::gen::inRange<std::size_t>(0, 4);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        expected[to] = "t" + std::to_string(step);
        refs[to] = NotesRef::make({.tags = {expected[to]}});
        break;
      case 1:
        refs[to] = refs[from];
        expected[to] = expected[from];
        break;
      case 2:
        if (to == from) break;
        refs[to] = std::move(refs[from]);
        expected[to] = std::exchange(expected[from], "");
        refs[from] = NotesRef();
        break;
      default:
        refs[to] = NotesRef();
        expected[to].clear();
    }
    for (std::size_t index = 0; index < refs.size(); ++index) {
      RC_ASSERT(static_cast<bool>(refs[index]) == !expected[index].empty());
      if (refs[index]) RC_ASSERT(refs[index]->tags.at(0) == expected[index]);
    }
  }
}

TEST(NotesRef, may_be_copied_from_several_threads) {
  const NotesRef notes = NotesRef::make({.tags = {"red"}});
  std::vector<std::thread> threads;
  for (int index = 0; index < 4; ++index) {
    threads.emplace_back([&notes] {
      for (int round = 0; round < 1000; ++round) {
        const NotesRef copy = notes;
        ASSERT_EQ(copy->tags.size(), 1u);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(notes->tags[0], "red");
}

TEST(EntryNotes, count_what_they_own) {
  const EntryNotes bare;
  EntryNotes rich{.tags = {std::string(200, 't')}, .tag_hashes = {1}};
  rich.validators.etag = std::string(100, 'e');
  EXPECT_GE(bare.heap_bytes(), sizeof(EntryNotes));
  EXPECT_GE(rich.heap_bytes(), bare.heap_bytes() + sizeof(std::string) + 8 + 200 + 100);
  EXPECT_LE(rich.heap_bytes(), bare.heap_bytes() + sizeof(std::string) + 8 + 200 + 100 + 200);
}

TEST(Entry, without_a_value_is_the_knowledge_that_there_is_none) {
  EXPECT_TRUE(Entry().is_negative());
  EXPECT_FALSE(Entry{.value = Value::from_bytes("")}.is_negative());
}

}  // namespace
}  // namespace nacre
