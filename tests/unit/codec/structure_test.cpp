// Every layout comes back from every format.
#include "nacre/structure.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "support/described_order.hpp"

namespace nacre {
namespace {

using samples::Address;
using samples::Order;
using samples::Owned;
using samples::Plan;
using samples::Real;

/// Fills any value with random content. RapidCheck's own generators make text that is no UTF-8.
class Filler {
 public:
  explicit Filler(int depth = 0) : depth_(depth) {}

  template <std::integral T>
  void fill(T& number) const {
    number = *rc::gen::arbitrary<T>();
  }
  void fill(double& number) const {
    const double any = std::bit_cast<double>(*rc::gen::arbitrary<std::uint64_t>());
    number = std::isfinite(any) ? any : 0.5;
  }
  void fill(Real& real) const { fill(real.value); }
  void fill(Plan& plan) const { plan = *rc::gen::element(Plan::free, Plan::trial, Plan::paid); }
  void fill(std::byte& byte) const {
    byte = static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
  }

  void fill(std::string& text) const {
    const std::vector<std::string> pieces = {"a",
                                             "Z",
                                             " ",
                                             "\"",
                                             "\\",
                                             "/",
                                             "\n",
                                             "\x01",
                                             "\x7F",
                                             "\xC3\xA4",
                                             "\xE2\x80\xA8",
                                             "\xE2\x82\xAC",
                                             "\xF0\x9F\x98\x80",
                                             std::string(1, '\0'),
                                             "\xF4\x8F\xBF\xBF"};
    for (const std::size_t index : *rc::gen::container<std::vector<std::size_t>>(
             rc::gen::inRange<std::size_t>(0, pieces.size()))) {
      text += pieces[index];
    }
  }

  template <class Rep, class Period>
  void fill(std::chrono::duration<Rep, Period>& duration) const {
    duration = std::chrono::duration<Rep, Period>(*rc::gen::arbitrary<Rep>());
  }
  template <class D>
  void fill(std::chrono::sys_time<D>& time) const {
    if constexpr (std::ratio_less_v<typename D::period, std::ratio<1>>) {
      time = std::chrono::sys_time<D>(D(*rc::gen::arbitrary<std::int64_t>()));
    } else {
      // The years that JSON has a text for.
      const std::chrono::seconds seconds(
          *rc::gen::inRange<std::int64_t>(-62'167'219'200, 253'402'300'800));
      time = std::chrono::sys_time<D>(std::chrono::floor<D>(seconds));
    }
  }

  template <class T, std::size_t size>
  void fill(std::array<T, size>& array) const {
    for (T& element : array) fill(element);
  }
  template <class First, class Second>
  void fill(std::pair<First, Second>& pair) const {
    fill(pair.first);
    fill(pair.second);
  }
  template <class... T>
  void fill(std::tuple<T...>& tuple) const {
    std::apply([this](T&... element) { (fill(element), ...); }, tuple);
  }
  template <class T>
  void fill(std::optional<T>& optional) const {
    if (*rc::gen::arbitrary<bool>()) fill(optional.emplace());
  }
  void fill(std::variant<std::monostate, std::int64_t, std::string, Address>& variant) const {
    switch (*rc::gen::inRange(0, 4)) {
      case 1:
        return fill(variant.emplace<1>());
      case 2:
        return fill(variant.emplace<2>());
      case 3:
        return fill(variant.emplace<3>());
      default:
        return;
    }
  }
  void fill(Owned& owned) const {
    if (*rc::gen::arbitrary<bool>()) fill(*(owned.address = std::make_unique<Address>()));
    if (*rc::gen::arbitrary<bool>()) {
      std::string note;
      fill(note);
      owned.note = std::make_shared<const std::string>(note);
    }
  }
  void fill(std::vector<Order>& orders) const {
    if (depth_ == 2) return;
    orders.resize(*rc::gen::inRange<std::size_t>(0, 2));
    for (Order& order : orders) Filler(depth_ + 1).fill(order);
  }

  template <class Container>
    requires requires {
      typename Container::value_type;
      typename Container::size_type;
    }
  void fill(Container& container) const {
    for (std::size_t left = *rc::gen::inRange<std::size_t>(0, 5); left > 0; --left) {
      if constexpr (requires { typename Container::mapped_type; }) {
        typename Container::key_type key{};
        fill(key);
        fill(container[key]);
      } else {
        typename Container::value_type element{};
        fill(element);
        container.insert(container.end(), element);
      }
    }
  }

  template <DescribedStruct T>
  void fill(T& object) const {
    boost::mp11::mp_for_each<detail::PublicMembers<T>>(
        [this, &object](auto member) { this->fill(object.*member.pointer); });
  }

 private:
  int depth_ = 0;
};

Order any_order() {
  Order order;
  Filler().fill(order);
  return order;
}

template <class T>
void expect_round_trips(const T& value) {
  EXPECT_EQ(Json<T>::decode(Json<T>::encode(value)), value);
  EXPECT_EQ(MessagePack<T>::decode(MessagePack<T>::encode(value)), value);
}

RC_GTEST_PROP(Structure, json_comes_back, ()) {
  const Order order = any_order();
  RC_ASSERT(Json<Order>::decode(Json<Order>::encode(order)) == order);
}

RC_GTEST_PROP(Structure, messagepack_comes_back, ()) {
  const Order order = any_order();
  RC_ASSERT(MessagePack<Order>::decode(MessagePack<Order>::encode(order)) == order);
}

RC_GTEST_PROP(Structure, json_floats_are_exact, (std::uint32_t bits)) {
  const auto number = std::bit_cast<float>(bits);
  RC_PRE(std::isfinite(number));
  RC_ASSERT(std::bit_cast<std::uint32_t>(Json<float>::decode(Json<float>::encode(number))) == bits);
}

RC_GTEST_PROP(Structure, json_doubles_are_exact, (std::uint64_t bits)) {
  const auto number = std::bit_cast<double>(bits);
  RC_PRE(std::isfinite(number));
  RC_ASSERT(std::bit_cast<std::uint64_t>(Json<double>::decode(Json<double>::encode(number))) ==
            bits);
}

TEST(Structure, a_full_struct_comes_back) {
  expect_round_trips(samples::full_order());
}

TEST(Structure, an_empty_struct_comes_back) {
  expect_round_trips(Order());
}

TEST(Structure, edges_of_integers_come_back) {
  expect_round_trips(std::vector{std::numeric_limits<std::int64_t>::min(),
                                 std::numeric_limits<std::int64_t>::max(), std::int64_t{0}});
  expect_round_trips(std::vector{std::numeric_limits<std::uint64_t>::max()});
}

TEST(Structure, edges_of_time_come_back) {
  using Nanoseconds = std::chrono::sys_time<std::chrono::nanoseconds>;
  using Milliseconds = std::chrono::sys_time<std::chrono::milliseconds>;
  expect_round_trips(std::vector{Nanoseconds::min(), Nanoseconds::max(), Nanoseconds()});
  for (const Milliseconds time : {Milliseconds::min(), Milliseconds::max()}) {
    EXPECT_EQ(MessagePack<Milliseconds>::decode(MessagePack<Milliseconds>::encode(time)), time);
    EXPECT_THROW(Json<Milliseconds>::encode(time), Error);
  }
  // More seconds than there are numbers for.
  using Years = std::chrono::sys_time<std::chrono::duration<std::int64_t, std::ratio<31'556'952>>>;
  EXPECT_THROW(MessagePack<Years>::encode(Years::max()), Error);
}

TEST(Structure, times_are_rounded_down_to_the_unit_of_the_reader) {
  using Milliseconds = std::chrono::sys_time<std::chrono::milliseconds>;
  const auto read = [](std::string_view text) {
    return Json<Milliseconds>::decode(text).time_since_epoch().count();
  };
  EXPECT_EQ(read(R"("1970-01-01T00:00:00.0019Z")"), 1);
  EXPECT_EQ(read(R"("1969-12-31T23:59:59.9981Z")"), -2);
  EXPECT_EQ(
      Json<std::chrono::sys_days>::decode(R"("1969-12-31T23:59:59Z")").time_since_epoch().count(),
      -1);
}

TEST(Structure, members_may_come_in_any_order) {
  EXPECT_EQ(Json<Address>::decode(R"({"street":"s","zip":1,"city":"c"})"),
            (Address{.city = "c", .zip = 1, .street = "s"}));
}

TEST(Structure, a_layout_made_by_hand_works_inside_containers) {
  EXPECT_EQ(Json<std::vector<Real>>::encode({{1.5}, {2}}), "[1.5,2]");
  expect_round_trips(std::map<std::string, Real>{{"a", {0.1}}});
}

struct Undescribed {};
class Hidden {
  int number_ = 0;
  BOOST_DESCRIBE_CLASS(Hidden, (), (), (), (number_))
};

TEST(Structure, is_missing_where_it_would_lose_something) {
  static_assert(Encodable<Order> && Encodable<std::vector<Order>> && Encodable<Plan>);
  static_assert(!Encodable<Undescribed> && !Encodable<std::vector<Undescribed>>);
  static_assert(!Encodable<std::map<std::string, Undescribed>>);
  static_assert(!Encodable<Hidden>);
  static_assert(!Encodable<char> && !Encodable<wchar_t> && !Encodable<const char*>);
  static_assert(!Encodable<std::optional<std::optional<int>>>);
  static_assert(!Encodable<std::optional<std::unique_ptr<int>>>);
  static_assert(!Encodable<std::string_view> && !Encodable<long double>);
  static_assert(Codec<std::string>::format == Format::text);
  static_assert(Codec<Order>::format == Format::json);
  static_assert(Codec<samples::Times>::format == Format::messagepack);
}

}  // namespace
}  // namespace nacre
