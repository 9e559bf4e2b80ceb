// What each command asks nacred for and what it prints of the answer.
#include <filesystem>
#include <fstream>

#include "unit/cli/command_fixture.hpp"

namespace nacre::cli::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* entry =
    R"({"key":"product:42","value":{"id":42},"state":"fresh","tier":"memory","age_ms":1200,)"
    R"("ttl_ms":58800,"tags":["product","product:42"]})";
const std::string not_found = error_body("cache.key_not_found", "there is no entry");

/// A file of this test that is gone with it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content)
      : path_(testing::TempDir() + "nacre-cli-" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST_F(CommandTest, get_shows_the_entry_with_its_value_last) {
  serve(200, entry);
  const Ran ran = run({"get", "product:42"});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(seen().line(), "GET /api/cache/entries/product%3A42");
  EXPECT_EQ(seen().headers.at("accept"), "application/json");
  EXPECT_EQ(ran.out,
            "key     product:42\n"
            "state   fresh\n"
            "tier    memory\n"
            "age_ms  1200 (1.2s)\n"
            "ttl_ms  58800 (58.8s)\n"
            "tags    product, product:42\n"
            "value   {\"id\":42}\n");
}

TEST_F(CommandTest, get_escapes_any_key_into_one_path_segment) {
  serve(200, entry);
  run({"get", "a/b?c#d %\xC3\xA9"});
  EXPECT_EQ(seen().target, "/api/cache/entries/a%2Fb%3Fc%23d%20%25%C3%A9");
}

TEST_F(CommandTest, get_raw_prints_the_bytes_and_nothing_else) {
  const std::string bytes("a\0\xFF\n\x1b[31m", 9);
  serve(200, bytes);
  const Ran ran = run({"get", "k", "--raw"});
  EXPECT_EQ(ran.out, bytes);
  EXPECT_EQ(seen().headers.at("accept"), "application/octet-stream");
}

TEST_F(CommandTest, get_of_an_unknown_key_ends_with_1) {
  serve(404, not_found);
  const Ran ran = run({"get", "k"});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "nacre: cache.key_not_found: there is no entry\n");
}

TEST_F(CommandTest, get_of_what_is_known_not_to_exist_ends_with_1) {
  serve(200, R"({"key":"k","value":null,"state":"negative"})");
  const Ran ran = run({"get", "k"});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.out, HasSubstr("negative"));
}

TEST_F(CommandTest, get_does_nothing_to_the_terminal) {
  serve(200, R"({"key":"k","value":"red \u001b[31m\u0007 \u009b","state":"fresh"})");
  EXPECT_THAT(run({"get", "k"}).out, HasSubstr("red \\x1b[31m\\x07 \\x9b\n"));
}

TEST_F(CommandTest, json_prints_the_answer_on_one_line) {
  serve(200, "{\n  \"key\": \"k\",\n  \"value\": [1, 2]\n}\n");
  EXPECT_EQ(run({"get", "k", "--json"}).out, "{\"key\":\"k\",\"value\":[1,2]}\n");
}

TEST_F(CommandTest, json_prints_an_answer_of_one_line_as_it_is) {
  serve(200, "{\"key\": \"k\",  \"n\": 1.50}");
  EXPECT_EQ(run({"get", "k", "--json"}).out, "{\"key\": \"k\",  \"n\": 1.50}\n");
}

TEST_F(CommandTest, get_prints_numbers_inside_a_value_as_people_write_them) {
  serve(200, R"({"key":"k","value":{"price":0.5,"all":[[],{},[1.25,-3,"a\"b"],null]}})");
  const std::string out = run({"get", "k"}).out;
  EXPECT_NE(out.find(R"({"price":0.5,"all":[[],{},[1.25,-3,"a\"b"],null]})"), std::string::npos)
      << out;
}

TEST_F(CommandTest, set_sends_value_and_options) {
  serve(200, R"({"stored":true})");
  const Ran ran = run({"set", "k", "{\"a\":1}", "--ttl", "1.5m", "--tags", "a,b c", "--swr", "30s",
                       "--sie", "10m"});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(seen().line(), "PUT /api/cache/entries/k?ttl=1.5m&tags=a%2Cb%20c&swr=30s&sie=10m");
  EXPECT_EQ(seen().body, "{\"a\":1}");
  EXPECT_EQ(seen().headers.at("content-type"), "application/json");
  EXPECT_EQ(ran.out, "stored k (7B, application/json)\n");
}

TEST_F(CommandTest, set_says_what_the_value_is) {
  serve(200, "{}");
  run({"set", "k", "5"});
  run({"set", "k", "hello"});
  run({"set", "k", "\xFF\xFE"});
  run({"set", "k", "5", "--content-type", "text/csv"});
  run({"set", "k", ""});
  const auto type_of = [this](std::size_t index) {
    return server_->seen().at(index).headers.at("content-type");
  };
  EXPECT_EQ(type_of(0), "application/json");
  EXPECT_EQ(type_of(1), "text/plain; charset=utf-8");
  EXPECT_EQ(type_of(2), "application/octet-stream");
  EXPECT_EQ(type_of(3), "text/csv");
  EXPECT_EQ(type_of(4), "text/plain; charset=utf-8");
}

TEST_F(CommandTest, set_reads_a_file_or_standard_input_as_it_is) {
  serve(200, "{}");
  const std::string bytes("a\r\n\0b\n", 6);
  const TemporaryFile file(bytes);
  run({"set", "k", "--file", file.path()});
  run({"set", "k", "--file", "-"}, bytes);
  EXPECT_EQ(server_->seen().at(0).body, bytes);
  EXPECT_EQ(server_->seen().at(1).body, bytes);
  EXPECT_EQ(run({"set", "k", "--file", "/nowhere"}).exit_code, 64);
  EXPECT_EQ(run({"set", "k", "v", "--file", file.path()}).exit_code, 64);
  EXPECT_EQ(run({"set", "k"}).exit_code, 64);
  EXPECT_EQ(server_->seen().size(), 2U);
}

TEST_F(CommandTest, tags_do_not_swallow_what_follows_them) {
  serve(200, "{}");
  EXPECT_EQ(run({"set", "--tags", "a,b", "k", "v"}).exit_code, 0);
  EXPECT_EQ(seen().line(), "PUT /api/cache/entries/k?tags=a%2Cb");
}

TEST_F(CommandTest, del_says_of_each_key_whether_it_was_there) {
  serve([](const SeenRequest& request) {
    const bool is_there = !request.target.ends_with("gone");
    return GivenReply{.body = is_there ? R"({"removed":true})" : R"({"removed":false})"};
  });
  const Ran ran = run({"del", "a", "gone", "b"});
  EXPECT_EQ(ran.out, "deleted a\nnot found gone\ndeleted b\n");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(server_->seen().front().line(), "DELETE /api/cache/entries/a");
  EXPECT_EQ(run({"del", "a", "b"}).exit_code, 0);
}

TEST_F(CommandTest, del_stops_at_an_error) {
  serve(400, error_body("cache.invalid_key", "too long"));
  const Ran ran = run({"del", "a", "b"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(server_->seen().size(), 1U);
}

TEST_F(CommandTest, mget_shows_each_item_in_order) {
  serve(200, R"({"entries":[{"key":"a","state":"fresh","ttl_ms":61000,"value":{"n":1}},)"
             R"({"key":"b","state":"miss"}]})");
  const Ran ran = run({"mget", "a", "b"});
  EXPECT_EQ(seen().line(), "POST /api/cache/mget");
  EXPECT_EQ(seen().body, R"({"keys":["a","b"]})");
  EXPECT_EQ(seen().headers.at("content-type"), "application/json");
  EXPECT_EQ(ran.out,
            "KEY  STATE  TTL    VALUE\n"
            "a    fresh  1m 1s  {\"n\":1}\n"
            "b    miss\n");
}

TEST_F(CommandTest, invalidate_sends_one_selector) {
  serve(200, R"({"invalidated":2})");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--key", "a,b"}, R"({"key":"a,b"})"},
      {{"--keys", "a", "b"}, R"({"keys":["a","b"]})"},
      {{"--pattern", "user:*"}, R"({"pattern":"user:*"})"},
      {{"--prefix", "user:"}, R"({"prefix":"user:"})"},
      {{"--tag", "t"}, R"({"tag":"t"})"},
      {{"--tags", "a,b"}, R"({"tags":["a","b"],"match":"any"})"},
      {{"--tags", "a,b", "--match", "all"}, R"({"tags":["a","b"],"match":"all"})"},
      {{"--tag", "t", "--expire"}, R"({"tag":"t","expire":true})"},
  };
  for (const auto& [selector, body] : cases) {
    std::vector<std::string> arguments{"invalidate"};
    arguments.insert(arguments.end(), selector.begin(), selector.end());
    EXPECT_EQ(run(arguments).exit_code, 0);
    EXPECT_EQ(server_->seen().back().line(), "POST /api/cache/invalidate");
    EXPECT_EQ(server_->seen().back().body, body);
  }
}

TEST_F(CommandTest, invalidate_tells_a_count_from_none) {
  serve(200, R"({"invalidated":1})");
  EXPECT_EQ(run({"invalidate", "--key", "a"}).out, "invalidated 1 entry\n");
  serve(200, R"({"invalidated":0})");
  EXPECT_EQ(run({"invalidate", "--key", "a", "--expire"}).out, "made stale 0 entries\n");
  serve(200, R"({"invalidated":null})");
  EXPECT_THAT(run({"invalidate", "--tag", "a"}).out, HasSubstr("how many"));
}

TEST_F(CommandTest, invalidate_refuses_none_two_and_empty_selectors) {
  serve(200, "{}");
  for (const std::vector<std::string>& selectors :
       std::vector<std::vector<std::string>>{{},
                                             {"--key", "a", "--tag", "b"},
                                             {"--prefix", ""},
                                             {"--pattern", ""},
                                             {"--tag", "a", "--match", "all"},
                                             {"--tags", "a", "--match", "some"},
                                             {"--key", "\xFF"}}) {
    std::vector<std::string> arguments{"invalidate"};
    arguments.insert(arguments.end(), selectors.begin(), selectors.end());
    EXPECT_EQ(run(arguments).exit_code, 64) << testing::PrintToString(selectors);
  }
  EXPECT_TRUE(server_->seen().empty());
}

TEST_F(CommandTest, expire_makes_one_key_stale) {
  serve(200, R"({"invalidated":1})");
  const Ran ran = run({"expire", "k"});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(ran.out, "made stale k\n");
  EXPECT_EQ(seen().line(), "POST /api/cache/invalidate");
  EXPECT_EQ(seen().body, R"({"key":"k","expire":true})");
  serve(200, R"({"invalidated":0})");
  EXPECT_EQ(run({"expire", "k"}).exit_code, 1);
}

TEST_F(CommandTest, keys_lists_one_page) {
  serve(200, R"({"entries":[{"key":"user:1","state":"fresh","tier":"memory","format":"json",)"
             R"("ttl_ms":60000,"entry_bytes":2048,"tags":["u","v"]},)"
             R"({"key":"x","state":"stale","format":"raw","ttl_ms":null,"entry_bytes":5,)"
             R"("tags":[]}],"cursor":null})");
  const Ran ran = run({"keys", "--prefix", "user: &", "--limit", "5"});
  EXPECT_EQ(seen().line(), "GET /api/admin/keys?prefix=user%3A%20%26&limit=5");
  EXPECT_EQ(ran.out,
            "KEY     STATE  FORMAT  TTL    SIZE    TAGS\n"
            "user:1  fresh  json    1m 0s  2.0KiB  u, v\n"
            "x       stale  raw     null   5B\n");
  EXPECT_EQ(ran.err, "");
}

FakeNacred::Answer pages_of_keys(std::size_t page_keys, std::size_t pages) {
  return [page_keys, pages](const SeenRequest& request) {
    const std::size_t at = request.target.find("cursor=c");
    const std::size_t page =
        at == std::string::npos ? 0 : std::stoul(request.target.substr(at + 8));
    std::string body = R"({"entries":[)";
    for (std::size_t index = 0; index < page_keys; ++index) {
      body += std::string(index == 0 ? "" : ",") + R"({"key":"k)" +
              std::to_string(page * page_keys + index) + R"("})";
    }
    const std::string cursor = page + 1 < pages ? "\"c" + std::to_string(page + 1) + "\"" : "null";
    return GivenReply{.body = body + R"(],"cursor":)" + cursor + "}"};
  };
}

TEST_F(CommandTest, keys_all_follows_the_cursor_to_the_end) {
  serve(pages_of_keys(3, 4));
  const Ran ran = run({"keys", "--all", "--pattern", "k*"});
  EXPECT_EQ(server_->seen().size(), 4U);
  EXPECT_EQ(server_->seen().at(3).target, "/api/admin/keys?pattern=k%2A&cursor=c3&limit=1000");
  EXPECT_THAT(ran.out, HasSubstr("k11"));
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 13);
}

TEST_F(CommandTest, keys_stops_at_the_limit_and_says_so) {
  serve(pages_of_keys(3, 4));
  const Ran ran = run({"keys", "--limit", "6"});
  EXPECT_EQ(server_->seen().size(), 2U);
  EXPECT_THAT(ran.err, HasSubstr("--all"));
  EXPECT_EQ(run({"keys", "--limit", "6", "--json"}).err, "");
}

TEST_F(CommandTest, keys_ends_when_a_cursor_stands_still) {
  serve(200, R"({"entries":[],"cursor":"same"})");
  const Ran ran = run({"keys", "--all"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(server_->seen().size(), 2U);
}

TEST_F(CommandTest, inspect_prints_every_field) {
  serve(200, R"({"key":"k","state":"fresh","age_ms":10,"size_bytes":4096,"tags":["a"],"etag":null,)"
             R"("validators":{"etag":"x"},"hits":3,"new_field":{"deep":{"er":true}},"empty":{}})");
  const Ran ran = run({"inspect", "k/1"});
  EXPECT_EQ(seen().line(), "GET /api/admin/keys/k%2F1");
  EXPECT_EQ(ran.out,
            "key                k\n"
            "state              fresh\n"
            "age_ms             10\n"
            "size_bytes         4096 (4.0KiB)\n"
            "tags               a\n"
            "etag               null\n"
            "validators.etag    x\n"
            "hits               3\n"
            "new_field.deep.er  true\n"
            "empty              {}\n");
}

TEST_F(CommandTest, stats_prints_all_figures) {
  serve(200, R"({"hits":10,"hit_rate":0.5,"process":{"misses":1}})");
  const Ran ran = run({"stats"});
  EXPECT_EQ(seen().line(), "GET /api/cache/stats");
  EXPECT_THAT(ran.out, HasSubstr("hits            10\n"));
  EXPECT_THAT(ran.out, HasSubstr("process.misses  1\n"));
}

TEST_F(CommandTest, health_ends_with_1_when_it_is_bad) {
  serve(200, R"({"status":"ok","tiers":{"memory":{"state":"up"}}})");
  EXPECT_EQ(run({"health"}).exit_code, 0);
  EXPECT_EQ(seen().line(), "GET /health");
  serve(503, R"({"status":"draining"})");
  const Ran ran = run({"health"});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_EQ(ran.out, "status  draining\n");
  serve(500, error_body("cache.internal", "oops"));
  EXPECT_EQ(run({"health"}).exit_code, 2);
}

/// Warms everything but keys with an x.
GivenReply warm_answer(const SeenRequest& request) {
  const auto requested = std::count(request.body.begin(), request.body.end(), 'k') - 1;
  const bool fails = request.body.find('x') != std::string::npos;
  return {.body =
              "{\"requested\":" + std::to_string(requested) + ",\"warmed\":" +
              std::to_string(requested - (fails ? 1 : 0)) + ",\"skipped\":0,\"failed\":[" +
              (fails ? R"({"key":"kx","error":{"code":"cache.load_failed","message":"HTTP 500"}})"
                     : "") +
              "]}"};
}

std::string lines_of_keys(std::size_t count) {
  std::string lines;
  for (std::size_t index = 0; index < count; ++index) lines += "k\r\n\n";
  return lines;
}

TEST_F(CommandTest, warm_asks_in_batches_and_adds_up) {
  serve(warm_answer);
  const Ran ran = run({"warm", "k", "--file", "-"}, lines_of_keys(249));
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(server_->seen().size(), 3U);
  EXPECT_EQ(ran.out, "requested 250, warmed 250, skipped 0, failed 0\n");
  EXPECT_EQ(ran.err, "") << "no bar when nobody looks";
}

TEST_F(CommandTest, warm_sends_ttl_and_force) {
  serve(warm_answer);
  run({"warm", "k1", "k2", "--ttl", "90s", "--force"});
  EXPECT_EQ(seen().line(), "POST /api/cache/warm");
  EXPECT_EQ(seen().body, R"({"keys":["k1","k2"],"ttl":"90s","force":true})");
}

TEST_F(CommandTest, warm_lists_failures_at_the_end) {
  serve(warm_answer);
  const Ran ran = run({"warm", "k", "kx"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.out,
            "requested 2, warmed 1, skipped 0, failed 1\n"
            "FAILED  ERROR\n"
            "kx      cache.load_failed: HTTP 500\n");
}

TEST_F(CommandTest, warm_draws_a_bar_on_a_terminal) {
  serve(warm_answer);
  const Ran ran = run({"warm", "--file", "-"}, lines_of_keys(200), true);
  EXPECT_THAT(ran.err, HasSubstr("[" + std::string(20, '#') + std::string(20, '.') + "] 100/200"));
  EXPECT_TRUE(ran.err.ends_with("\r\x1b[K")) << "it leaves a clean line";
  EXPECT_EQ(run({"warm", "k", "--json"}, "", true).err, "");
}

TEST_F(CommandTest, warm_reports_what_was_done_when_a_batch_fails) {
  serve([count = 0](const SeenRequest& request) mutable {
    if (++count == 2)
      return GivenReply{.status = 503, .body = error_body("cache.saturated", "full")};
    return warm_answer(request);
  });
  const Ran ran = run({"warm", "--file", "-"}, lines_of_keys(300));
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.out, HasSubstr("requested 100, warmed 100"));
  EXPECT_THAT(ran.err, HasSubstr("cache.saturated"));
  EXPECT_EQ(server_->seen().size(), 2U);
}

TEST_F(CommandTest, warm_needs_keys) {
  serve(warm_answer);
  EXPECT_EQ(run({"warm"}).exit_code, 64);
}

TEST_F(CommandTest, every_command_on_entries_can_name_a_cache) {
  serve(200, "{}");
  const std::vector<std::vector<std::string>> commands{
      {"get", "k"},      {"get", "k", "--raw"},
      {"set", "k", "v"}, {"del", "k"},
      {"mget", "k"},     {"invalidate", "--tag", "t"},
      {"expire", "k"},   {"keys"},
      {"stats"},         {"inspect", "k"},
      {"warm", "k"}};
  for (std::vector<std::string> command : commands) {
    run(command);
    EXPECT_EQ(server_->seen().back().target.find("cache=two"), std::string::npos);
    command.insert(command.end(), {"--cache", "two &"});
    run(command);
    EXPECT_THAT(server_->seen().back().target, HasSubstr("cache=two%20%26")) << command[0];
  }
}

TEST_F(CommandTest, token_comes_from_a_file) {
  serve(200, "{}");
  const TemporaryFile file("  secret-token \nmore\n");
  run({"stats", "--token-file", file.path()});
  EXPECT_EQ(seen().headers.at("authorization"), "Bearer secret-token");
  const TemporaryFile empty("\n");
  EXPECT_EQ(run({"stats", "--token-file", empty.path()}).exit_code, 64);
  EXPECT_EQ(run({"stats", "--token-file", "/nowhere"}).exit_code, 64);
}

TEST_F(CommandTest, without_a_token_none_is_sent) {
  serve(200, "{}");
  run({"stats"});
  EXPECT_EQ(seen().headers.count("authorization"), 0U);
}

}  // namespace
}  // namespace nacre::cli::test
