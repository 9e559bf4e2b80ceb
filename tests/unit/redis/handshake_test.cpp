#include "redis/handshake.hpp"

#include <gtest/gtest.h>

#include <string>

#include "resp/reader.hpp"
#include "support/resp_text.hpp"

namespace nacre::redis {
namespace {

using Step = Handshake::Step;

constexpr const char* hello3 = "%3\r\n+version\r\n+7.0.15\r\n+proto\r\n:3\r\n+role\r\n+master\r\n";

struct Dialogue {
  Dialogue(const ConnectSettings& given, const HandshakeTerms& terms)
      : settings(given), handshake(settings, terms) {}

  Step answer(const std::string& bytes) {
    reader.feed(bytes);
    EXPECT_EQ(reader.next(), resp::Step::reply);
    return handshake.receive(reader.frame());
  }

  /// The commands of the present output, each as its words.
  std::string said() const {
    std::string text;
    for (const std::string& command :
         test::read_all(handshake.output(), handshake.output().size())) {
      text += command + "\n";
    }
    return text;
  }

  ConnectSettings settings;
  Handshake handshake;
  resp::Reader reader{};
};

TEST(Handshake, says_everything_at_once) {
  Dialogue dialogue({.user = "bob", .password = "secret", .database_index = 2},
                    {.is_tracking = true, .required_role = Role::primary});
  EXPECT_EQ(dialogue.said(),
            "['HELLO' '3' 'AUTH' 'bob' 'secret' 'SETNAME' 'nacre']\n"
            "['CLIENT' 'SETINFO' 'LIB-NAME' 'nacre']\n"
            "['CLIENT' 'SETINFO' 'LIB-VER' '0.1.0']\n"
            "['SELECT' '2']\n['ROLE']\n['CLIENT' 'TRACKING' 'ON']\n");
  EXPECT_EQ(dialogue.answer(hello3), Step::go_on);
  EXPECT_EQ(dialogue.answer("-ERR Unknown subcommand\r\n"), Step::go_on);
  EXPECT_EQ(dialogue.answer("-ERR Unknown subcommand\r\n"), Step::go_on);
  EXPECT_EQ(dialogue.answer("+OK\r\n"), Step::go_on);
  EXPECT_EQ(dialogue.answer("*3\r\n+master\r\n:0\r\n*0\r\n"), Step::go_on);
  EXPECT_EQ(dialogue.answer("+OK\r\n"), Step::ready);
  EXPECT_TRUE(dialogue.handshake.hello().is_tracking);
  EXPECT_EQ(dialogue.handshake.hello().version, "7.0.15");
  EXPECT_EQ(dialogue.handshake.hello().role, Role::primary);
}

TEST(Handshake, is_ready_without_tracking_where_it_is_refused) {
  Dialogue dialogue({}, {.is_tracking = true});
  dialogue.answer(hello3);
  dialogue.answer("+OK\r\n");
  dialogue.answer("+OK\r\n");
  EXPECT_EQ(dialogue.answer("-NOPERM no\r\n"), Step::ready);
  EXPECT_FALSE(dialogue.handshake.hello().is_tracking);
}

TEST(Handshake, falls_back_to_resp2_when_hello_is_unknown) {
  for (const char* refusal : {"-ERR unknown command `HELLO`, with args beginning with: `3`\r\n",
                              "-NOPROTO unsupported protocol version\r\n",
                              "-NOPERM this user has no permissions to run 'hello'\r\n"}) {
    Dialogue dialogue({.password = "secret"}, {.is_tracking = true});
    EXPECT_EQ(dialogue.answer(refusal), Step::go_on);
    EXPECT_EQ(dialogue.answer("-NOAUTH Authentication required.\r\n"), Step::go_on);
    EXPECT_EQ(dialogue.answer("-NOAUTH Authentication required.\r\n"), Step::go_on);
    EXPECT_EQ(dialogue.answer("-NOAUTH Authentication required.\r\n"), Step::send);
    EXPECT_TRUE(dialogue.said().starts_with("['AUTH' 'secret']\n['CLIENT' 'SETNAME' 'nacre']\n"));
    dialogue.answer("+OK\r\n");
    dialogue.answer("+OK\r\n");
    dialogue.answer("+OK\r\n");
    EXPECT_EQ(dialogue.answer("+OK\r\n"), Step::ready);
    EXPECT_EQ(dialogue.handshake.hello().protocol, resp::Protocol::resp2);
    EXPECT_FALSE(dialogue.handshake.hello().is_tracking);
  }
}

TEST(Handshake, tells_a_refusal_from_a_failure) {
  Dialogue wrong({.password = "secret"}, {});
  EXPECT_EQ(wrong.answer("-WRONGPASS invalid username-password pair\r\n"), Step::refused);
  EXPECT_EQ(wrong.handshake.trouble().find("secret"), std::string::npos);

  Dialogue loading({}, {});
  EXPECT_EQ(loading.answer("-LOADING Redis is loading the dataset in memory\r\n"), Step::failed);

  Dialogue replica({}, {.required_role = Role::primary});
  replica.answer(hello3);
  replica.answer("+OK\r\n");
  replica.answer("+OK\r\n");
  EXPECT_EQ(replica.answer("*5\r\n+slave\r\n+h\r\n:1\r\n+connected\r\n:0\r\n"), Step::failed);
  EXPECT_EQ(replica.handshake.trouble(), "the server is no primary");

  Dialogue strange({}, {});
  EXPECT_EQ(strange.answer("+hello\r\n"), Step::failed);
}

}  // namespace
}  // namespace nacre::redis
