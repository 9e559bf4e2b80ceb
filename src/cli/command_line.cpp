#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "assembly/nearest_name.hpp"
#include "base/text_units.hpp"
#include "cli/commands/commands.hpp"
#include "cli/completion.hpp"
#include "cli/input.hpp"
#include "nacre/version.hpp"

namespace nacre::cli {
namespace {

/// Options of every command.
struct Globals {
  std::string url = "http://127.0.0.1:3000";
  std::string token_file{};
  std::string cache{};
  std::string timeout = "10s";
  bool is_json = false;
};

CLI::Validator duration() {
  return {[](std::string& text) { return parse_duration(text).reason(); }, ""};
}

/// An empty selector is most likely a variable that was not set: it must not mean everything.
CLI::Validator not_empty() {
  return {[](std::string& text) { return std::string(text.empty() ? "must not be empty" : ""); },
          ""};
}

/// The arguments of all commands, and the one that was chosen.
class Arguments {
 public:
  Arguments();

  /// Throws CLI::ParseError.
  void parse(int argc, const char* const* argv) { app_.parse(argc, argv); }

  CLI::App& app() { return app_; }
  const Globals& globals() const { return globals_; }
  ExitCode run(const Context& context) const { return chosen_(context); }

 private:
  using Run = std::function<ExitCode(const Context&)>;

  void add_globals();
  void add_get();
  void add_set();
  void add_del();
  void add_mget();
  void add_invalidate();
  void add_expire();
  void add_keys();
  void add_inspect();
  void add_stats();
  void add_warm();
  void add_health();
  void add_config();
  void add_completion();

  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& description);
  void on_choice(CLI::App* command, Run run) {
    command->callback([this, run = std::move(run)] { chosen_ = run; });
  }

  CLI::App app_{"Looks into a running nacred and changes what it holds.", "nacre"};
  Globals globals_;
  Run chosen_;
};

Arguments::Arguments() {
  add_globals();
  add_get();
  add_set();
  add_del();
  add_mget();
  add_invalidate();
  add_expire();
  add_keys();
  add_inspect();
  add_stats();
  add_warm();
  add_health();
  add_config();
  add_completion();
}

void Arguments::add_globals() {
  app_.require_subcommand(1);
  app_.set_version_flag("--version", "nacre " + std::string(version));
  app_.add_option("--url", globals_.url, "Where nacred is")
      ->envname("NACRE_URL")
      ->capture_default_str();
  app_.add_option("--token-file", globals_.token_file, "File that holds the bearer token")
      ->envname("NACRE_TOKEN_FILE")
      ->type_name("FILE");
  app_.add_option("--cache", globals_.cache, "Which named cache; else the first of the config");
  app_.add_option("--timeout", globals_.timeout, "Longest wait for one answer: 250ms, 5s, 1m")
      ->type_name("TIME")
      ->check(duration())
      ->capture_default_str();
  app_.add_flag("--json", globals_.is_json, "Print the answers as JSON, each on one line");
  std::string footer = "Exit codes:\n";
  for (const ExitCodeRow& row : exit_codes) {
    footer += fmt::format("  {:>2}  {}\n", static_cast<int>(row.code), row.meaning);
  }
  app_.footer(footer);
}

CLI::App* Arguments::add(CLI::App& parent, const std::string& name,
                         const std::string& description) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->fallthrough();  // options of every command may follow it
  command->footer("");
  return command;
}

void Arguments::add_get() {
  CLI::App* command = add(app_, "get", "Show a value, loading it where a rule names its origin");
  auto request = std::make_shared<GetRequest>();
  command->add_option("key", request->key, "Which entry")->required();
  command->add_flag("--raw", request->is_raw, "Print the bytes of the value and nothing else");
  on_choice(command, [request](const Context& context) { return run_get(context, *request); });
}

void Arguments::add_set() {
  CLI::App* command = add(app_, "set", "Store a value");
  auto request = std::make_shared<SetRequest>();
  command->add_option("key", request->key, "Which entry")->required();
  const CLI::Option* value = command->add_option("value", request->value, "What to store");
  const CLI::Option* file =
      command
          ->add_option("--file", request->file, "Store what this file holds; - is standard input")
          ->type_name("FILE")
          ->check(not_empty());
  command->add_option("--ttl", request->ttl, "How long it is fresh")
      ->type_name("TIME")
      ->check(duration());
  command->add_option("--tags", request->tags, "Tags, with commas between them")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--swr", request->stale_while_revalidate, "stale_while_revalidate")
      ->type_name("TIME")
      ->check(duration());
  command->add_option("--sie", request->stale_if_error, "stale_if_error")
      ->type_name("TIME")
      ->check(duration());
  command->add_option("--content-type", request->content_type,
                      "What the value is; else JSON, text or bytes, as it reads");
  on_choice(command, [request, value, file](const Context& context) {
    if (value->count() + file->count() != 1) {
      throw usage_failure("set takes either VALUE or --file FILE");
    }
    return run_set(context, *request);
  });
}

void Arguments::add_del() {
  CLI::App* command = add(app_, "del", "Remove entries from every tier");
  auto request = std::make_shared<KeysRequest>();
  command->add_option("keys", request->keys, "Which entries")->required();
  on_choice(command, [request](const Context& context) { return run_del(context, *request); });
}

void Arguments::add_mget() {
  CLI::App* command = add(app_, "mget", "Show several values");
  auto request = std::make_shared<KeysRequest>();
  command->add_option("keys", request->keys, "Which entries")->required();
  on_choice(command, [request](const Context& context) { return run_mget(context, *request); });
}

void Arguments::add_invalidate() {
  CLI::App* command = add(app_, "invalidate", "Remove entries by one selector, for everybody");
  auto request = std::make_shared<InvalidateRequest>();
  CLI::Option_group* selector = command->add_option_group("Selector", "Exactly one of");
  selector->require_option(1);
  selector->add_option("--key", request->key, "One key")->check(not_empty());
  selector->add_option("--keys", request->keys, "Several keys")->check(not_empty());
  selector->add_option("--pattern", request->pattern, "Keys that match a glob: 'user:*:cart'")
      ->check(not_empty());
  selector->add_option("--prefix", request->prefix, "Keys that begin with this")
      ->check(not_empty());
  selector->add_option("--tag", request->tag, "Entries with this tag")->check(not_empty());
  const CLI::Option* tags =
      selector->add_option("--tags", request->tags, "Entries with these tags, commas between them")
          ->delimiter(',')
          ->allow_extra_args(false)
          ->check(not_empty());
  const CLI::Option* match =
      command->add_option("--match", request->match, "With --tags: one of them is enough, or all")
          ->check(CLI::IsMember({"any", "all"}));
  command->add_flag("--expire", request->is_expire, "Only make them stale");
  on_choice(command, [request, tags, match](const Context& context) {
    if (match->count() > 0 && tags->count() == 0) throw usage_failure("--match needs --tags");
    return run_invalidate(context, *request);
  });
}

void Arguments::add_expire() {
  CLI::App* command = add(app_, "expire", "Make an entry stale; it stays for stale_if_error");
  auto request = std::make_shared<KeyRequest>();
  command->add_option("key", request->key, "Which entry")->required();
  on_choice(command, [request](const Context& context) { return run_expire(context, *request); });
}

void Arguments::add_keys() {
  CLI::App* command = add(app_, "keys", "List keys");
  auto request = std::make_shared<ListRequest>();
  command->add_option("--prefix", request->prefix, "Only those that begin with this");
  command->add_option("--pattern", request->pattern, "Only those that match a glob");
  CLI::Option* limit = command->add_option("--limit", request->limit, "At most so many")
                           ->check(CLI::Range(1, 1'000'000'000))
                           ->capture_default_str();
  command->add_flag("--all", request->is_all, "All there are")->excludes(limit);
  on_choice(command, [request](const Context& context) { return run_keys(context, *request); });
}

void Arguments::add_inspect() {
  CLI::App* command = add(app_, "inspect", "Show all that is known of an entry");
  auto request = std::make_shared<KeyRequest>();
  command->add_option("key", request->key, "Which entry")->required();
  on_choice(command, [request](const Context& context) { return run_inspect(context, *request); });
}

void Arguments::add_stats() {
  on_choice(add(app_, "stats", "Show hits, misses and the like"), run_stats);
}

void Arguments::add_health() {
  on_choice(add(app_, "health", "Show how nacred and its tiers are"), run_health);
}

void Arguments::add_warm() {
  CLI::App* command = add(app_, "warm", "Load keys before they are asked for");
  auto request = std::make_shared<WarmRequest>();
  command->add_option("keys", request->keys, "Which entries");
  command->add_option("--file", request->file, "Keys, one a line; - is standard input")
      ->type_name("FILE")
      ->check(not_empty());
  command->add_option("--ttl", request->ttl, "How long they are fresh")
      ->type_name("TIME")
      ->check(duration());
  command->add_flag("--force", request->is_forced, "Load also what is there and fresh");
  on_choice(command, [request](const Context& context) {
    if (request->keys.empty() && request->file.empty()) {
      throw usage_failure("warm needs keys or --file FILE");
    }
    return run_warm(context, *request);
  });
}

void Arguments::add_config() {
  CLI::App* config = add(app_, "config", "About the configuration of nacred");
  config->require_subcommand(1);
  CLI::App* check =
      add(*config, "check", "Check a configuration file, as nacred would at its start");
  auto request = std::make_shared<ConfigCheckRequest>();
  check->add_option("file", request->file, "Which one; else environment and defaults")
      ->type_name("FILE");
  on_choice(check,
            [request](const Context& context) { return run_config_check(context, *request); });
}

void Arguments::add_completion() {
  CLI::App* command = add(app_, "completion", "Print the completion script for a shell");
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "Which one")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  on_choice(command, [this, shell](const Context& context) {
    context.output.print_bytes(completion_script(app_, *shell));
    return ExitCode::ok;
  });
}

ClientOptions client_options(const Globals& globals) {
  auto url = parse_server_url(globals.url);
  if (!url) throw usage_failure("--url: " + globals.url + " " + url.reason());
  const Duration timeout = parse_duration(globals.timeout).value();
  if (timeout <= Duration::zero()) throw usage_failure("--timeout: must be longer than 0");
  return {.url = std::move(url).value(),
          .bearer_token = globals.token_file.empty() ? "" : read_token(globals.token_file),
          .timeout = timeout};
}

int end_with(Output& output, const Failure& failure) {
  output.print_failure(failure);
  return static_cast<int>(failure.exit_code());
}

/// What an argument that nobody took was probably meant to be; empty when all were taken.
std::string untaken_text(const CLI::App& app) {
  const std::vector<std::string> untaken = app.remaining(true);
  if (untaken.empty()) return "";
  const std::string& first = untaken.front();
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  std::vector<std::string> known;
  const auto add_options = [&known](const CLI::App& command) {
    for (const CLI::Option* option : command.get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
  };
  if (first.starts_with('-')) {
    add_options(app);
    for (const CLI::App* command : chosen) add_options(*command);
    return fmt::format("{}: {}", first, assembly::unknown_name_text("option", first, known));
  }
  const CLI::App& parent = chosen.empty() ? app : *chosen.back();
  for (const CLI::App* command : parent.get_subcommands({})) known.push_back(command->get_name());
  if (known.empty()) return "";
  return fmt::format("{}: {}", first, assembly::unknown_name_text("command", first, known));
}

/// Help and version end well; all else is wrong arguments.
int end_parsing(Arguments& arguments, const CLI::ParseError& error, Output& output,
                const Streams& streams) {
  if (error.get_exit_code() == 0) return arguments.app().exit(error, streams.out, streams.err);
  const std::string untaken = untaken_text(arguments.app());
  std::string message = untaken.empty() ? error.what() : untaken;
  std::replace(message.begin(), message.end(), '\n', ' ');
  const int exit_code = end_with(output, usage_failure(message));
  output.print_note("Run with --help for more information.");
  return exit_code;
}

int run(int argc, const char* const* argv, const Streams& streams) {
  // A wrong argument is reported as JSON too, so this is known before the arguments are.
  const bool wants_json =
      std::any_of(argv, argv + argc, [](std::string_view text) { return text == "--json"; });
  Output early_output(streams, wants_json);
  Arguments arguments;
  try {
    arguments.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return end_parsing(arguments, error, early_output, streams);
  }
  Output output(streams, arguments.globals().is_json);
  try {
    const Client client(client_options(arguments.globals()));
    return static_cast<int>(arguments.run({client, output, streams, arguments.globals().cache}));
  } catch (const Failure& failure) {
    return end_with(output, failure);
  } catch (const std::exception& error) {
    return end_with(output, Failure(ExitCode::internal, "cli.internal", error.what()));
  }
}

}  // namespace

int run_command_line(int argc, const char* const* argv, const Streams& streams) {
  const int exit_code = run(argc, argv, streams);
  streams.err.flush();
  if (streams.out.flush()) return exit_code;
  streams.err << "nacre: cli.internal: standard output cannot be written\n";
  return static_cast<int>(ExitCode::internal);
}

}  // namespace nacre::cli
