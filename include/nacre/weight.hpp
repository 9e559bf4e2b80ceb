// How much memory the containers of the standard library own, for the budget of the memory tier.
//
// Counted as the allocator does: each allocation with its header, rounded up. Node sizes are those
// of libstdc++. A container of your own:
//
//   template <class T>
//   struct nacre::Weight<Ring<T>> {
//     static std::size_t owned_bytes(const Ring<T>& ring) noexcept;    // beyond sizeof(ring)
//   };
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "nacre/codec.hpp"

#pragma GCC visibility push(default)

namespace nacre {
namespace detail {

/// What stands beside the value in one node: links, colour, cached hash.
inline constexpr std::size_t list_node_bytes = 2 * sizeof(void*);
inline constexpr std::size_t tree_node_bytes = 4 * sizeof(void*);
inline constexpr std::size_t hash_node_bytes = 2 * sizeof(void*);
/// A deque allocates its elements in blocks of this size, or one element.
inline constexpr std::size_t deque_block_bytes = 512;
/// Two counts and a table of functions, before the object of std::make_shared.
inline constexpr std::size_t shared_count_bytes = 2 * sizeof(void*);

/// What `object` owns, without its own size.
template <class T>
std::size_t owned_bytes(const T& object) noexcept {
  return Weight<std::remove_cv_t<T>>::owned_bytes(object);
}

template <class Range>
std::size_t elements_owned_bytes(const Range& range) noexcept {
  std::size_t bytes = 0;
  if constexpr (!std::is_arithmetic_v<typename Range::value_type>) {
    for (const auto& element : range) bytes += detail::owned_bytes(element);
  }
  return bytes;
}

template <class Range, std::size_t node_bytes>
struct NodeWeight {
  static std::size_t owned_bytes(const Range& range) noexcept {
    return range.size() * heap_bytes(node_bytes + sizeof(typename Range::value_type)) +
           elements_owned_bytes(range);
  }
};

template <class Range>
struct HashWeight {
  static std::size_t owned_bytes(const Range& range) noexcept {
    // One bucket is inside the container itself.
    const std::size_t buckets = range.bucket_count();
    return (buckets > 1 ? heap_bytes(buckets * sizeof(void*)) : 0) +
           NodeWeight<Range, hash_node_bytes>::owned_bytes(range);
  }
};

}  // namespace detail

template <class T, class Allocator>
struct Weight<std::vector<T, Allocator>> {
  static std::size_t owned_bytes(const std::vector<T, Allocator>& vector) noexcept {
    if constexpr (std::is_same_v<T, bool>) {
      return detail::heap_bytes(vector.capacity() / 8);
    } else {
      return detail::heap_bytes(vector.capacity() * sizeof(T)) +
             detail::elements_owned_bytes(vector);
    }
  }
};

template <class T, class Allocator>
struct Weight<std::deque<T, Allocator>> {
  static std::size_t owned_bytes(const std::deque<T, Allocator>& deque) noexcept {
    constexpr std::size_t in_block =
        sizeof(T) < detail::deque_block_bytes ? detail::deque_block_bytes / sizeof(T) : 1;
    const std::size_t blocks = deque.size() / in_block + 1;
    const std::size_t slots = blocks + 2 < 8 ? 8 : blocks + 2;
    return blocks * detail::heap_bytes(in_block * sizeof(T)) +
           detail::heap_bytes(slots * sizeof(void*)) + detail::elements_owned_bytes(deque);
  }
};

template <class T, std::size_t size>
struct Weight<std::array<T, size>> {
  static std::size_t owned_bytes(const std::array<T, size>& array) noexcept {
    return detail::elements_owned_bytes(array);
  }
};

template <class T, class Allocator>
struct Weight<std::list<T, Allocator>>
    : detail::NodeWeight<std::list<T, Allocator>, detail::list_node_bytes> {};

template <class T, class Compare, class Allocator>
struct Weight<std::set<T, Compare, Allocator>>
    : detail::NodeWeight<std::set<T, Compare, Allocator>, detail::tree_node_bytes> {};

template <class K, class T, class Compare, class Allocator>
struct Weight<std::map<K, T, Compare, Allocator>>
    : detail::NodeWeight<std::map<K, T, Compare, Allocator>, detail::tree_node_bytes> {};

template <class T, class Hash, class Equal, class Allocator>
struct Weight<std::unordered_set<T, Hash, Equal, Allocator>>
    : detail::HashWeight<std::unordered_set<T, Hash, Equal, Allocator>> {};

template <class K, class T, class Hash, class Equal, class Allocator>
struct Weight<std::unordered_map<K, T, Hash, Equal, Allocator>>
    : detail::HashWeight<std::unordered_map<K, T, Hash, Equal, Allocator>> {};

template <class T>
struct Weight<std::optional<T>> {
  static std::size_t owned_bytes(const std::optional<T>& optional) noexcept {
    return optional ? detail::owned_bytes(*optional) : 0;
  }
};

template <class T>
struct Weight<std::unique_ptr<T>> {
  static std::size_t owned_bytes(const std::unique_ptr<T>& pointer) noexcept {
    return pointer ? detail::heap_bytes(sizeof(T)) + detail::owned_bytes(*pointer) : 0;
  }
};

/// Counts the object only while this is its one owner: what is shared with others would be counted
/// twice, and a ring of pointers for ever.
template <class T>
struct Weight<std::shared_ptr<T>> {
  static std::size_t owned_bytes(const std::shared_ptr<T>& pointer) noexcept {
    if (pointer.use_count() != 1) return 0;
    return detail::heap_bytes(detail::shared_count_bytes + sizeof(T)) +
           detail::owned_bytes(*pointer);
  }
};

template <class... T>
struct Weight<std::variant<T...>> {
  static std::size_t owned_bytes(const std::variant<T...>& variant) noexcept {
    if (variant.valueless_by_exception()) return 0;
    return std::visit([](const auto& content) { return detail::owned_bytes(content); }, variant);
  }
};

template <class First, class Second>
struct Weight<std::pair<First, Second>> {
  static std::size_t owned_bytes(const std::pair<First, Second>& pair) noexcept {
    return detail::owned_bytes(pair.first) + detail::owned_bytes(pair.second);
  }
};

template <class... T>
struct Weight<std::tuple<T...>> {
  static std::size_t owned_bytes(const std::tuple<T...>& tuple) noexcept {
    return std::apply(
        [](const T&... element) { return (std::size_t{0} + ... + detail::owned_bytes(element)); },
        tuple);
  }
};

}  // namespace nacre

#pragma GCC visibility pop
