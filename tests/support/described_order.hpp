// A described struct with a member of every kind the codecs know: what their tests and fuzz targets
// write and read.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "nacre/describe.hpp"
#include "nacre/error.hpp"
#include "nacre/messagepack.hpp"

namespace nacre::samples {

enum class Plan : std::uint8_t { free, trial, paid };
BOOST_DESCRIBE_ENUM(Plan, free, trial, paid)

/// A number whose equality is that of its bits, so that NaN equals itself. It shows a layout made
/// by hand.
struct Real {
  double value = 0;
  friend bool operator==(Real left, Real right) noexcept {
    return std::bit_cast<std::uint64_t>(left.value) == std::bit_cast<std::uint64_t>(right.value);
  }
};

struct Entity {
  std::int64_t id = -1;
  Plan plan = Plan::trial;
  friend bool operator==(const Entity&, const Entity&) = default;
};
BOOST_DESCRIBE_STRUCT(Entity, (), (id, plan))

struct Address {
  std::string city = "Berlin";
  int zip = 0;
  std::optional<std::string> street{};
  friend bool operator==(const Address&, const Address&) = default;
};
BOOST_DESCRIBE_STRUCT(Address, (), (city, zip, street))

struct Owned {
  std::unique_ptr<Address> address{};
  std::shared_ptr<const std::string> note{};

  Owned() = default;
  Owned(const Owned& other)
      : address(other.address ? std::make_unique<Address>(*other.address) : nullptr),
        note(other.note) {}
  Owned& operator=(Owned other) noexcept {
    address.swap(other.address);
    note.swap(other.note);
    return *this;
  }
  ~Owned() = default;

  friend bool operator==(const Owned& left, const Owned& right) {
    return are_equal(left.address.get(), right.address.get()) &&
           are_equal(left.note.get(), right.note.get());
  }

 private:
  template <class T>
  static bool are_equal(const T* left, const T* right) {
    return left == nullptr || right == nullptr ? left == right : *left == *right;
  }
};
BOOST_DESCRIBE_STRUCT(Owned, (), (address, note))

struct Numbers {
  bool truth = false;
  std::int8_t tiny = 0;
  std::uint16_t port = 0;
  std::int32_t balance = 0;
  std::uint64_t natural = 0;
  Real real{};
  std::list<Real> reals{};
  std::array<std::int16_t, 3> point{};
  std::tuple<std::uint32_t, bool, std::string> mixed{};
  std::pair<int, std::string> pair{};
  friend bool operator==(const Numbers&, const Numbers&) = default;
};
BOOST_DESCRIBE_STRUCT(Numbers, (),
                      (truth, tiny, port, balance, natural, real, reals, point, mixed, pair))

struct Times {
  std::chrono::milliseconds timeout{};
  std::chrono::duration<std::int32_t, std::ratio<60>> minutes{};
  std::chrono::sys_seconds created{};
  std::chrono::sys_time<std::chrono::nanoseconds> seen{};
  std::chrono::sys_days day{};
  friend bool operator==(const Times&, const Times&) = default;
};
BOOST_DESCRIBE_STRUCT(Times, (), (timeout, minutes, created, seen, day))

struct Order : Entity {
  std::string name{};
  Numbers numbers{};
  Times times{};
  std::variant<std::monostate, std::int64_t, std::string, Address> delivery{};
  std::optional<Address> billing{};
  std::map<std::string, std::vector<int>> stock{};
  std::map<int, std::string> labels{};
  std::unordered_map<std::string, Address> sites{};
  std::set<std::string> tags{};
  std::unordered_set<std::uint32_t> seen{};
  std::deque<bool> flags{};
  std::vector<bool> bits{};
  std::vector<std::byte> photo{};
  std::vector<std::uint8_t> digest{};
  std::vector<Owned> owned{};
  std::vector<Order> parts{};
  friend bool operator==(const Order&, const Order&) = default;
};
BOOST_DESCRIBE_STRUCT(Order, (Entity),
                      (name, numbers, times, delivery, billing, stock, labels, sites, tags, seen,
                       flags, bits, photo, digest, owned, parts))

/// An Order with something in each member.
inline Order full_order() {
  using namespace std::chrono_literals;
  Order order;
  order.id = 4711;
  order.plan = Plan::paid;
  order.name =
      "K\xC3\xBC"
      "chentisch \"gro\xC3\x9F\"\n";
  order.numbers = {.truth = true,
                   .tiny = -128,
                   .port = 65'535,
                   .balance = -100'000,
                   .natural = 18'446'744'073'709'551'615U,
                   .real = {0.1},
                   .reals = {{-0.0}, {5e-324}, {1.7976931348623157e308}},
                   .point = {1, -2, 300},
                   .mixed = {7U, true, "seven"},
                   .pair = {1, "one"}};
  order.times = {.timeout = 1500ms,
                 .minutes = std::chrono::duration<std::int32_t, std::ratio<60>>(-90),
                 .created = std::chrono::sys_seconds(1'714'564'800s),
                 .seen = std::chrono::sys_time<std::chrono::nanoseconds>(-1ns),
                 .day = std::chrono::sys_days(std::chrono::days(-25'567))};
  order.delivery = Address{.city = "Bonn", .zip = 53'111, .street = "Am Hof 1"};
  order.billing = Address{};
  order.stock = {{"desk", {1, 2, 3}}, {"", {}}};
  order.labels = {{-1, "minus one"}, {1'000'000, "a million"}};
  order.sites.emplace("north", Address{.city = "Kiel"});
  order.tags = {"a", "b"};
  order.seen = {1, 2, 4'000'000'000};
  order.flags = {true, false, true};
  order.bits = {false, true};
  order.photo = {std::byte{0}, std::byte{0xFF}, std::byte{0x10}, std::byte{0x80}};
  order.digest = {1, 2, 3, 4, 5};
  order.owned.emplace_back();
  order.owned.emplace_back();
  order.owned.back().address = std::make_unique<Address>();
  order.owned.back().note = std::make_shared<const std::string>("call before noon");
  return order;
}

}  // namespace nacre::samples

template <>
struct nacre::Structure<nacre::samples::Real> {
  static void write(auto& out, samples::Real real) { out.float64(real.value); }
  static samples::Real read(auto& in) { return {in.float64()}; }
};

template <>
struct nacre::Codec<nacre::samples::Times> : nacre::MessagePack<nacre::samples::Times> {};
