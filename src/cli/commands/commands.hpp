// The commands: what each is given and the function that does it.
//
// command_line.cpp fills the requests from arguments; a function talks to nacred, prints, and says
// how the program ends. All of them throw Failure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/client.hpp"
#include "cli/failure.hpp"
#include "cli/output.hpp"

namespace nacre::cli {

/// What every command works with.
struct Context {
  const Client& client;
  Output& output;
  const Streams& streams;
  std::string cache{};  ///< a named cache of the config; empty: the first
};

struct GetRequest {
  std::string key{};
  bool is_raw = false;  ///< the bare bytes of the value and nothing else
};
ExitCode run_get(const Context& context, const GetRequest& request);

struct SetRequest {
  std::string key{};
  std::string value{};
  std::string file{};          ///< instead of the value; "-" is standard input; empty: none
  std::string content_type{};  ///< empty: chosen from the value
  std::string ttl{};
  std::string stale_while_revalidate{};
  std::string stale_if_error{};
  std::vector<std::string> tags{};
};
ExitCode run_set(const Context& context, const SetRequest& request);

struct KeysRequest {
  std::vector<std::string> keys{};
};
ExitCode run_del(const Context& context, const KeysRequest& request);
ExitCode run_mget(const Context& context, const KeysRequest& request);

/// Exactly one selector is not empty.
struct InvalidateRequest {
  std::string key{};
  std::vector<std::string> keys{};
  std::string pattern{};
  std::string prefix{};
  std::string tag{};
  std::vector<std::string> tags{};
  std::string match = "any";  ///< or "all"; for tags
  bool is_expire = false;
};
ExitCode run_invalidate(const Context& context, const InvalidateRequest& request);

struct KeyRequest {
  std::string key{};
};
ExitCode run_expire(const Context& context, const KeyRequest& request);
ExitCode run_inspect(const Context& context, const KeyRequest& request);

struct ListRequest {
  std::string prefix{};
  std::string pattern{};
  std::size_t limit = 100;
  bool is_all = false;
};
ExitCode run_keys(const Context& context, const ListRequest& request);

ExitCode run_stats(const Context& context);
ExitCode run_health(const Context& context);

struct WarmRequest {
  std::vector<std::string> keys{};
  std::string file{};  ///< more keys, one a line; "-" is standard input; empty: none
  std::string ttl{};
  bool is_forced = false;
};
ExitCode run_warm(const Context& context, const WarmRequest& request);

struct ConfigCheckRequest {
  std::string file{};  ///< empty: what nacred reads by itself
};

/// Without --json it becomes nacred and does not return, but for Failure.
ExitCode run_config_check(const Context& context, const ConfigCheckRequest& request);

}  // namespace nacre::cli
