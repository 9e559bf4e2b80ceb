// Structs and enums described with Boost.Describe, as values of the cache: one line each gives a
// codec and an honest weight. This header needs Boost (header only, 1.81 or later).
//
//   #include <nacre/describe.hpp>
//
//   enum class Plan { free, paid };
//   BOOST_DESCRIBE_ENUM(Plan, free, paid)
//
//   struct User {
//     std::string name;
//     Plan plan = Plan::free;
//     std::vector<std::string> emails;
//     std::optional<std::chrono::sys_seconds> last_seen;
//   };
//   BOOST_DESCRIBE_STRUCT(User, (), (name, plan, emails, last_seen))
//
//   cache.set("user:1", User{.name = "Ada"});      // {"name":"Ada","plan":"free",...} beyond
//   memory
//
// Include it in the header that describes the type, so that the whole program agrees that the type
// has a codec. A struct is written with the members of its described bases first. When it is read,
// members it does not know are skipped (a newer program wrote them) and members that are missing
// keep their default (an older one did). Structs with described private members are left out:
// specialise nacre::Structure for them, which can keep their invariants.
#pragma once

#include <algorithm>
#include <array>
#include <boost/describe/bases.hpp>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include "nacre/json.hpp"
#include "nacre/structure.hpp"
#include "nacre/weight.hpp"

#pragma GCC visibility push(default)

namespace nacre {
namespace detail {

template <class T>
using PublicMembers = boost::describe::describe_members<T, boost::describe::mod_public |
                                                               boost::describe::mod_inherited>;
template <class T>
using HiddenMembers = boost::describe::describe_members<T, boost::describe::mod_private |
                                                               boost::describe::mod_protected |
                                                               boost::describe::mod_inherited>;

}  // namespace detail

/// A struct described by BOOST_DESCRIBE_STRUCT with all its bases, and default-constructible.
template <class T>
concept DescribedStruct =
    std::is_class_v<T> && boost::describe::has_describe_members<T>::value &&
    boost::describe::has_describe_bases<T>::value && std::default_initializable<T> &&
    boost::mp11::mp_empty<detail::HiddenMembers<T>>::value;

/// An enum described by BOOST_DESCRIBE_ENUM or BOOST_DEFINE_ENUM_CLASS.
template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <DescribedStruct T>
struct Structure<T> {
  static void write(auto& out, const T& object) {
    out.begin_object(member_count);
    boost::mp11::mp_for_each<Members>([&out, &object](auto member) {
      out.field(member.name);
      detail::write_structure<MemberType<decltype(member)>>(out, object.*member.pointer);
    });
    out.end_object();
  }

  static T read(auto& in) {
    T object{};
    std::array<bool, member_count + 1> was_read{};
    const std::size_t count = in.begin_object();
    for (std::size_t index = 0; index < count; ++index) {
      if (!try_read_member(in, in.key(), object, was_read)) in.skip();
    }
    in.end_object();
    return object;
  }

 private:
  using Members = detail::PublicMembers<T>;
  static constexpr std::size_t member_count = boost::mp11::mp_size<Members>::value;

  template <class Descriptor>
  using MemberType = std::remove_cvref_t<decltype(std::declval<const T&>().*Descriptor::pointer)>;

  static bool try_read_member(auto& in, std::string_view key, T& object, auto& was_read) {
    std::size_t index = 0;
    bool is_known = false;
    boost::mp11::mp_for_each<Members>([&](auto member) {
      if (!is_known && key == member.name) {
        is_known = true;
        in.at_field(member.name);
        if (was_read[index]) in.fail("the member is there twice");
        was_read[index] = true;
        object.*member.pointer = detail::read_structure<MemberType<decltype(member)>>(in);
      }
      ++index;
    });
    return is_known;
  }
};

template <DescribedEnum T>
struct Structure<T> {
  static void write(auto& out, T value) {
    const char* name = nullptr;
    boost::mp11::mp_for_each<Enumerators>([&name, value](auto enumerator) {
      if (name == nullptr && enumerator.value == value) name = enumerator.name;
    });
    if (name == nullptr) out.fail("the value of the enum has no name, " + allowed_names());
    out.text(name);
  }

  static T read(auto& in) {
    const std::string_view name = in.text();
    bool is_known = false;
    T value{};
    boost::mp11::mp_for_each<Enumerators>([&](auto enumerator) {
      if (!is_known && name == enumerator.name) {
        is_known = true;
        value = enumerator.value;
      }
    });
    if (!is_known) in.fail("found another string, " + allowed_names());
    return value;
  }

 private:
  using Enumerators = boost::describe::describe_enumerators<T>;

  static std::string allowed_names() {
    std::string names = "allowed are";
    const char* separator = " ";
    boost::mp11::mp_for_each<Enumerators>([&](auto enumerator) {
      names += separator;
      names += enumerator.name;
      separator = ", ";
    });
    return names;
  }
};

template <DescribedStruct T>
struct Weight<T> {
  static std::size_t owned_bytes(const T& object) noexcept {
    std::size_t bytes = 0;
    boost::mp11::mp_for_each<detail::PublicMembers<T>>([&bytes, &object](auto member) {
      const auto& content = object.*member.pointer;
      bytes += Weight<std::remove_cvref_t<decltype(content)>>::owned_bytes(content);
    });
    return bytes;
  }
};

}  // namespace nacre

#pragma GCC visibility pop
