// The weight of values, against what the allocator really gives.
#include "nacre/weight.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <string>

#include "support/described_order.hpp"

namespace nacre {
namespace {

template <class T>
std::size_t weight_of(const T& object) {
  return Weight<T>::owned_bytes(object);
}

/// What an allocation takes: its usable bytes and the header before them.
template <class T>
std::size_t heap_bytes_of(const T* memory) {
  return malloc_usable_size(const_cast<std::remove_const_t<T>*>(memory)) + 8;
}

TEST(Weight, of_an_allocation_is_what_glibc_takes) {
  EXPECT_EQ(detail::heap_bytes(0), 0U);
  EXPECT_EQ(detail::heap_bytes(1), 32U);
  EXPECT_EQ(detail::heap_bytes(24), 32U);
  EXPECT_EQ(detail::heap_bytes(25), 48U);
  EXPECT_EQ(detail::heap_bytes(1000), 1008U);
  for (const std::size_t bytes : {1U, 16U, 24U, 25U, 40U, 41U, 100U, 1000U, 5000U}) {
    const std::vector<char> vector(bytes);
    // Equal with glibc, unless the rest of the chunk it took is too small to be one: that is 16
    // bytes then. The allocators of the sanitizers say less.
    EXPECT_GE(weight_of(vector) + 16, heap_bytes_of(vector.data())) << bytes;
  }
}

TEST(Weight, of_numbers_and_short_texts_is_nothing) {
  EXPECT_EQ(weight_of(5), 0U);
  EXPECT_EQ(weight_of(std::string("short")), 0U);
  EXPECT_EQ(weight_of(std::array<int, 100>{}), 0U);
  EXPECT_EQ(weight_of(std::vector<int>()), 0U);
  EXPECT_EQ(weight_of(std::optional<std::string>()), 0U);
  EXPECT_EQ(weight_of(std::unique_ptr<std::string>()), 0U);
  EXPECT_EQ(weight_of(std::variant<int, std::string>(1)), 0U);
  EXPECT_EQ(weight_of(std::unordered_map<int, int>()), 0U);
}

TEST(Weight, counts_capacity_not_size) {
  std::vector<int> vector;
  vector.reserve(1000);
  std::string text;
  text.reserve(1000);

  EXPECT_GE(weight_of(vector), 4000U);
  EXPECT_GE(weight_of(text), 1000U);
  EXPECT_LE(weight_of(text), 1040U);
}

TEST(Weight, counts_what_elements_own) {
  const std::string text(1000, 'x');
  const std::size_t one = weight_of(text);

  EXPECT_EQ(weight_of(std::vector<std::string>{text, text}),
            2 * one + detail::heap_bytes(2 * sizeof(std::string)));
  EXPECT_EQ(weight_of(std::array<std::string, 2>{text, text}), 2 * one);
  EXPECT_EQ(weight_of(std::optional(text)), one);
  EXPECT_EQ(weight_of(std::pair(text, text)), 2 * one);
  EXPECT_EQ(weight_of(std::tuple(1, text, 2.0)), one);
  EXPECT_EQ(weight_of(std::variant<int, std::string>(text)), one);
  EXPECT_EQ(weight_of(std::make_unique<std::string>(text)),
            one + detail::heap_bytes(sizeof(std::string)));
  EXPECT_GE(weight_of(std::deque<std::string>{text, text}), 2 * one + 512);
  EXPECT_GE(weight_of(std::list<std::string>{text}), one + sizeof(std::string) + 16);
}

TEST(Weight, counts_the_nodes_of_maps_and_sets) {
  EXPECT_EQ(weight_of(std::set<std::int64_t>{1, 2}), 2 * detail::heap_bytes(40));
  EXPECT_EQ(weight_of(std::map<std::int64_t, std::int64_t>{{1, 2}}), detail::heap_bytes(48));
  const std::unordered_map<std::int64_t, std::int64_t> map{{1, 2}};
  EXPECT_GE(weight_of(map), detail::heap_bytes(24) + 8 * map.bucket_count());
}

TEST(Weight, leaves_out_what_is_shared) {
  const auto alone = std::make_shared<const std::string>(1000, 'x');
  const auto shared = std::make_shared<const std::string>(1000, 'x');
  const std::shared_ptr<const std::string> other_owner = shared;

  EXPECT_GE(weight_of(alone), 1000U);
  EXPECT_EQ(weight_of(shared), 0U);
  EXPECT_EQ(weight_of(std::shared_ptr<std::string>()), 0U);
}

TEST(Weight, of_a_described_struct_is_that_of_its_members) {
  samples::Order order;
  EXPECT_EQ(weight_of(order),
            weight_of(order.flags) + weight_of(order.times) + weight_of(order.numbers));

  const std::size_t before = weight_of(order);
  order.name.assign(1000, 'x');
  EXPECT_EQ(weight_of(order), before + weight_of(order.name));
  order.parts.emplace_back().name.assign(5000, 'x');
  EXPECT_GE(weight_of(order), before + 6000 + sizeof(samples::Order));
}

TEST(Weight, is_part_of_a_value) {
  const Value value = make_value(std::string(1000, 'x'));

  EXPECT_GE(value.payload_bytes(), sizeof(std::string) + 1000);
}

}  // namespace
}  // namespace nacre
