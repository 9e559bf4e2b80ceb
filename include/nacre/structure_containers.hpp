// Layout of the containers of the standard library.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "nacre/structure.hpp"

#pragma GCC visibility push(default)

namespace nacre {
namespace detail {

/// Room made for elements on the word of a count, in bytes. More is made when so much was read.
inline constexpr std::size_t max_trusted_bytes = 65'536;

template <class Sequence>
struct SequenceStructure {
  using Element = typename Sequence::value_type;

  static void write(auto& out, const Sequence& sequence) {
    out.begin_array(sequence.size());
    for (const auto& element : sequence) write_structure<Element>(out, element);
    out.end_array();
  }

  static Sequence read(auto& in) {
    Sequence sequence;
    const std::size_t count = in.begin_array();
    constexpr bool has_capacity = requires { sequence.capacity(); };
    if constexpr (has_capacity) {
      sequence.reserve(std::min(count, max_trusted_bytes / sizeof(Element) + 1));
    }
    for (std::size_t index = 0; index < count; ++index) {
      if constexpr (has_capacity) {
        if (sequence.size() == sequence.capacity()) sequence.reserve(count);
      }
      sequence.push_back(read_structure<Element>(in));
    }
    in.end_array();
    return sequence;
  }
};

template <class Set>
struct SetStructure {
  using Element = typename Set::value_type;

  static void write(auto& out, const Set& set) {
    out.begin_array(set.size());
    for (const Element& element : set) write_structure<Element>(out, element);
    out.end_array();
  }

  static Set read(auto& in) {
    Set set;
    const std::size_t count = in.begin_array();
    for (std::size_t index = 0; index < count; ++index) {
      if (!set.insert(read_structure<Element>(in)).second) in.fail("an element is there twice");
    }
    in.end_array();
    return set;
  }
};

/// Maps whose key is text: an object.
template <class Map>
struct ObjectStructure {
  using Mapped = typename Map::mapped_type;

  static void write(auto& out, const Map& map) {
    out.begin_object(map.size());
    for (const auto& [key, value] : map) {
      out.key(key);
      write_structure<Mapped>(out, value);
    }
    out.end_object();
  }

  static Map read(auto& in) {
    Map map;
    const std::size_t count = in.begin_object();
    for (std::size_t index = 0; index < count; ++index) {
      std::string key(in.key());
      Mapped value = read_structure<Mapped>(in);
      if (!map.try_emplace(std::move(key), std::move(value)).second) {
        in.fail("a key is there twice");
      }
    }
    in.end_object();
    return map;
  }
};

/// Maps with keys of another type: an array of [key, value].
template <class Map>
struct PairsStructure {
  using Key = typename Map::key_type;
  using Mapped = typename Map::mapped_type;

  static void write(auto& out, const Map& map) {
    out.begin_array(map.size());
    for (const auto& [key, value] : map) {
      out.begin_array(2);
      write_structure<Key>(out, key);
      write_structure<Mapped>(out, value);
      out.end_array();
    }
    out.end_array();
  }

  static Map read(auto& in) {
    Map map;
    const std::size_t count = in.begin_array();
    for (std::size_t index = 0; index < count; ++index) {
      in.begin_array_of(2);
      Key key = read_structure<Key>(in);
      Mapped value = read_structure<Mapped>(in);
      in.end_array();
      if (!map.try_emplace(std::move(key), std::move(value)).second) {
        in.fail("a key is there twice");
      }
    }
    in.end_array();
    return map;
  }
};

template <class Map>
using MapStructure = std::conditional_t<std::same_as<typename Map::key_type, std::string>,
                                        ObjectStructure<Map>, PairsStructure<Map>>;

template <class ByteVector>
struct BytesStructure {
  static void write(auto& out, const ByteVector& bytes) {
    out.bytes(std::as_bytes(std::span(bytes)));
  }
  static ByteVector read(auto& in) {
    const std::span<const std::byte> bytes = in.bytes();
    const auto* first = reinterpret_cast<const typename ByteVector::value_type*>(bytes.data());
    return ByteVector(first, first + bytes.size());
  }
};

}  // namespace detail

template <Structured T, class Allocator>
struct Structure<std::vector<T, Allocator>> : detail::SequenceStructure<std::vector<T, Allocator>> {
};

template <class Allocator>
struct Structure<std::vector<std::byte, Allocator>>
    : detail::BytesStructure<std::vector<std::byte, Allocator>> {};

template <class Allocator>
struct Structure<std::vector<std::uint8_t, Allocator>>
    : detail::BytesStructure<std::vector<std::uint8_t, Allocator>> {};

template <Structured T, class Allocator>
struct Structure<std::deque<T, Allocator>> : detail::SequenceStructure<std::deque<T, Allocator>> {};

template <Structured T, class Allocator>
struct Structure<std::list<T, Allocator>> : detail::SequenceStructure<std::list<T, Allocator>> {};

template <Structured T, std::size_t size>
struct Structure<std::array<T, size>> {
  static void write(auto& out, const std::array<T, size>& array) {
    out.begin_array(size);
    for (const T& element : array) detail::write_structure<T>(out, element);
    out.end_array();
  }
  static std::array<T, size> read(auto& in) {
    std::array<T, size> array{};
    in.begin_array_of(size);
    for (T& element : array) element = detail::read_structure<T>(in);
    in.end_array();
    return array;
  }
};

template <Structured T, class Compare, class Allocator>
struct Structure<std::set<T, Compare, Allocator>>
    : detail::SetStructure<std::set<T, Compare, Allocator>> {};

template <Structured T, class Hash, class Equal, class Allocator>
struct Structure<std::unordered_set<T, Hash, Equal, Allocator>>
    : detail::SetStructure<std::unordered_set<T, Hash, Equal, Allocator>> {};

template <Structured K, Structured T, class Compare, class Allocator>
struct Structure<std::map<K, T, Compare, Allocator>>
    : detail::MapStructure<std::map<K, T, Compare, Allocator>> {};

template <Structured K, Structured T, class Hash, class Equal, class Allocator>
struct Structure<std::unordered_map<K, T, Hash, Equal, Allocator>>
    : detail::MapStructure<std::unordered_map<K, T, Hash, Equal, Allocator>> {};

}  // namespace nacre

#pragma GCC visibility pop
