#include "settings.hpp"

#include <CLI/CLI.hpp>
#include <map>

namespace catalogue {
namespace {

/// "127.0.0.1:3001", "[::1]:3001", "localhost:0".
Address parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  unsigned port = 65536;
  if (colon == std::string::npos || !CLI::detail::lexical_cast(text.substr(colon + 1), port) ||
      port > 65535) {
    throw CLI::ValidationError("--listen", "must be host:port with a port from 0 to 65535");
  }
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {.host = host, .port = static_cast<unsigned short>(port)};
}

CLI::AsNumberWithUnit duration() {
  const std::map<std::string, std::int64_t> unit_ms{{"ms", 1}, {"s", 1000}, {"m", 60'000}};
  return CLI::AsNumberWithUnit(unit_ms, CLI::AsNumberWithUnit::UNIT_REQUIRED, "TIME");
}

}  // namespace

std::optional<Settings> parse_settings(int argc, const char* const* argv, int& exit_code) {
  Settings settings{.product_file = CATALOGUE_PRODUCT_FILE};
  CLI::App app("A product catalogue over HTTP, as slow and unreliable as you ask for.",
               "nacre-catalogue");
  std::string listen = "127.0.0.1:3001";
  std::int64_t latency_ms = 0;
  std::int64_t jitter_ms = 0;
  app.add_option("--listen", listen, "Where to serve, host:port; port 0 picks a free one")
      ->capture_default_str();
  app.add_option("--latency", latency_ms, "Time before each read is answered: 300ms, 2s")
      ->transform(duration() & CLI::Range(0, 600'000));
  app.add_option("--jitter", jitter_ms, "Up to this much more, at random")
      ->transform(duration() & CLI::Range(0, 600'000));
  app.add_option("--failure-rate", settings.behaviour.failure_rate, "Share of reads that get a 503")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--data", settings.product_file, "Products to load into an empty database (CSV)")
      ->capture_default_str();
  app.add_option("--db", settings.database, "SQLite file; changes survive a restart")
      ->capture_default_str();
  app.add_option("--threads", settings.threads, "Threads that serve")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
    settings.listen = parse_address(listen);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : exit_usage;
    return std::nullopt;
  }
  settings.behaviour.latency = std::chrono::milliseconds(latency_ms);
  settings.behaviour.jitter = std::chrono::milliseconds(jitter_ms);
  return settings;
}

}  // namespace catalogue
