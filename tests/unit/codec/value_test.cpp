// Values, handles, and their conversion between types and formats.
#include "nacre/value.hpp"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "nacre/describe.hpp"
#include "refusal.hpp"
#include "support/described_order.hpp"

namespace nacre {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Counted {
  static inline int alive = 0;
  static inline int copies = 0;
  int number = 0;

  explicit Counted(int value) : number(value) { ++alive; }
  Counted(const Counted& other) : number(other.number) {
    ++alive;
    ++copies;
  }
  Counted(Counted&& other) noexcept : number(other.number) { ++alive; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive; }
};

struct NoCodec {
  int number = 0;
};

struct Picky {
  bool is_encodable = true;
};

}  // namespace

template <>
struct Codec<Picky> {
  static constexpr Format format = Format::raw;
  static std::string encode(const Picky& picky) {
    if (!picky.is_encodable) throw 42;
    return "picky";
  }
  static Picky decode(std::string_view bytes) {
    if (bytes == "exhausted") throw std::bad_alloc();
    if (bytes != "picky") throw std::runtime_error("that is not picky");
    return {};
  }
};

namespace {

constexpr Format all_formats[] = {Format::raw, Format::text, Format::json, Format::messagepack};

TEST(Value, is_empty_when_default_constructed) {
  const Value value;

  EXPECT_FALSE(value);
  EXPECT_FALSE(value.is_bytes());
  EXPECT_EQ(value.payload_bytes(), 0U);
  EXPECT_FALSE(value.encoded());
  EXPECT_EQ(Handle<int>(value).get(), nullptr);
}

TEST(Value, keeps_bytes_and_their_format) {
  for (const Format format : all_formats) {
    const Value value = Value::from_bytes(std::string_view("a\0b", 3), format);

    EXPECT_TRUE(value.is_bytes());
    EXPECT_EQ(value.bytes(), std::string_view("a\0b", 3));
    EXPECT_EQ(value.format(), format);
    EXPECT_EQ(value.payload_bytes(), 3U);
    EXPECT_EQ(*value.cell()->type->type, typeid(Bytes));
    EXPECT_EQ(value.cell()->type->encode(value.cell()), std::string("a\0b", 3));
  }
}

TEST(Value, may_have_no_bytes) {
  const Value value = Value::from_bytes({});

  EXPECT_TRUE(value);
  EXPECT_EQ(value.bytes(), "");
  EXPECT_NE(value, Value());
}

TEST(Value, refuses_4_gib) {
  // Nothing reads so far: the length alone decides.
  const std::string_view too_large("x", std::size_t{1} << 32U);

  EXPECT_EQ(code_of([&] { static_cast<void>(Value::from_bytes(too_large)); }),
            Errc::value_too_large);
}

TEST(Value, names_every_format) {
  EXPECT_EQ(name_of(Format::raw), "raw");
  EXPECT_EQ(name_of(Format::text), "text");
  EXPECT_EQ(name_of(Format::json), "json");
  EXPECT_EQ(name_of(Format::messagepack), "messagepack");
}

TEST(Value, hands_out_the_object_itself) {
  Counted::alive = 0;
  Counted::copies = 0;
  {
    const Value value = make_value(Counted(7));
    const Handle<Counted> first(value);
    const Handle<Counted> second(convert<Counted>(value));

    EXPECT_EQ(first.get(), second.get());
    EXPECT_EQ(first->number, 7);
    EXPECT_EQ(Counted::copies, 0);
    EXPECT_EQ(Counted::alive, 1);
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST(Value, lives_as_long_as_its_last_handle) {
  Counted::alive = 0;
  Handle<Counted> handle;
  {
    const Value value = make_value(Counted(7));
    handle = Handle<Counted>(value);
  }
  EXPECT_EQ(Counted::alive, 1);
  EXPECT_EQ(handle->number, 7);

  handle = {};
  EXPECT_EQ(Counted::alive, 0);
}

TEST(Value, counts_references_across_threads) {
  Counted::alive = 0;
  {
    const Value value = make_value(Counted(7));
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([value] {
        for (int turn = 0; turn < 20'000; ++turn) {
          Value copy = value;
          const Handle<Counted> handle(std::move(copy));
          if (handle->number != 7) std::abort();
        }
      });
    }
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST(Value, destroys_nothing_twice_when_a_move_throws) {
  struct Throws {
    Throws() = default;
    Throws(Throws&&) { throw std::runtime_error("no move"); }
  };
  EXPECT_THROW(make_value<Throws>(Throws{}), std::runtime_error);
}

TEST(Value, is_encoded_in_the_format_of_its_type) {
  EXPECT_EQ(make_value(std::string("plain")).encoded().bytes(), "plain");
  EXPECT_EQ(make_value(std::string("plain")).format(), Format::text);
  EXPECT_EQ(make_value(samples::Address{}).encoded().bytes(),
            R"({"city":"Berlin","zip":0,"street":null})");
  EXPECT_EQ(make_value(samples::Address{}).encoded().format(), Format::json);
  EXPECT_EQ(make_value(samples::Times{}).encoded().format(), Format::messagepack);
}

TEST(Convert, decodes_bytes_into_a_new_object) {
  const Value bytes = Value::from_bytes(R"({"zip":5})", Format::json);
  const Value object = convert<samples::Address>(bytes);

  EXPECT_TRUE(holds<samples::Address>(object));
  EXPECT_EQ(Handle<samples::Address>(object)->zip, 5);
}

TEST(Convert, gives_the_text_of_any_value_as_a_string) {
  EXPECT_EQ(*Handle<std::string>(convert<std::string>(Value::from_bytes("[1]", Format::json))),
            "[1]");
  EXPECT_EQ(*Handle<std::string>(convert<std::string>(make_value(std::vector<int>{1, 2}))),
            "[1,2]");
}

TEST(Convert, gives_bytes_without_decoding) {
  const Value object = make_value(std::vector<int>{1, 2});
  const Value bytes = convert<Bytes>(object);

  EXPECT_EQ(Handle<Bytes>(bytes)->view(), "[1,2]");
  EXPECT_EQ(Handle<Bytes>(bytes)->format(), Format::json);
  EXPECT_EQ(convert<Bytes>(bytes), bytes);
}

TEST(Convert, goes_through_bytes_between_two_types) {
  const Value numbers = make_value(std::vector<int>{1, 2});

  EXPECT_EQ(*Handle<std::set<long>>(convert<std::set<long>>(numbers)), (std::set<long>{1, 2}));
}

TEST(Convert, refuses_another_format) {
  const Value messagepack = make_value(samples::Times{}).encoded();
  const auto action = [&] { static_cast<void>(convert<samples::Address>(messagepack)); };

  EXPECT_EQ(code_of(action), Errc::deserialization_failed);
  EXPECT_THAT(message_of(action), HasSubstr("cannot decode nacre::samples::Address"));
  EXPECT_THAT(message_of(action), HasSubstr("stored as messagepack"));
  EXPECT_EQ(code_of([] { convert<samples::Times>(Value::from_bytes("{}", Format::json)); }),
            Errc::deserialization_failed);
  EXPECT_EQ(code_of([] { convert<int>(Value::from_bytes("1", Format::text)); }),
            Errc::deserialization_failed);
}

TEST(Convert, takes_raw_bytes_for_the_format_of_the_type) {
  EXPECT_EQ(*Handle<int>(convert<int>(Value::from_bytes("17", Format::raw))), 17);
  EXPECT_EQ(Handle<samples::Times>(convert<samples::Times>(Value::from_bytes("\x80")))->timeout,
            std::chrono::milliseconds(0));
}

TEST(Convert, says_where_the_bytes_are_wrong_but_not_what_they_are) {
  const Value bytes = Value::from_bytes(R"({"zip":"secret"})", Format::json);
  const auto action = [&] { static_cast<void>(convert<samples::Address>(bytes)); };

  EXPECT_EQ(code_of(action), Errc::deserialization_failed);
  EXPECT_EQ(message_of(action),
            "cannot decode nacre::samples::Address: $.zip: expected an integer, found a string");
}

TEST(Convert, needs_a_codec_only_to_leave_memory) {
  const Value object = make_value(NoCodec{3});

  EXPECT_EQ(Handle<NoCodec>(convert<NoCodec>(object))->number, 3);
  EXPECT_EQ(code_of([&] { static_cast<void>(object.encoded()); }), Errc::serialization_failed);
  EXPECT_EQ(code_of([&] { static_cast<void>(convert<std::string>(object)); }),
            Errc::serialization_failed);
  EXPECT_THAT(message_of([&] { static_cast<void>(object.encoded()); }),
              HasSubstr("NoCodec: the type has no codec"));
  EXPECT_EQ(code_of([] { convert<NoCodec>(Value::from_bytes("3")); }),
            Errc::deserialization_failed);
}

TEST(Convert, reports_whatever_a_codec_throws) {
  EXPECT_THAT(message_of([] { convert<Picky>(Value::from_bytes("x")); }),
              HasSubstr("that is not picky"));
  EXPECT_EQ(code_of([] { convert<Picky>(Value::from_bytes("x")); }), Errc::deserialization_failed);
  EXPECT_EQ(code_of([] { static_cast<void>(make_value(Picky{false}).encoded()); }),
            Errc::serialization_failed);
  EXPECT_THROW(convert<Picky>(Value::from_bytes("exhausted")), std::bad_alloc);
}

TEST(Convert, names_strings_as_people_do) {
  const auto action = [] { convert<std::vector<std::string>>(Value::from_bytes("3")); };

  EXPECT_THAT(message_of(action), HasSubstr("std::vector<std::string"));
  EXPECT_THAT(message_of(action), Not(HasSubstr("basic_string")));
}

}  // namespace
}  // namespace nacre
