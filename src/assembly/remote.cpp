#include "assembly/remote.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "assembly/option_table.hpp"
#include "assembly/text_checks.hpp"
#include "nacre/error.hpp"
#include "nacre/settings.hpp"
#include "remote/remote_tier.hpp"

namespace nacre::assembly {

namespace {

[[noreturn]] void refuse(std::string_view member, const std::string& trouble,
                         const std::string& allowed) {
  throw Error(Errc::invalid_argument,
              fmt::format("remote.{} {}; allowed: {}", member, trouble, allowed),
              {{"field", fmt::format("remote.{}", member)}});
}

std::optional<std::string> trouble_with(const OptionRow& row, const OptionValue& value) {
  if (auto trouble = range_trouble(row.type, row.range, value)) return trouble;
  const auto* text = std::get_if<std::string>(&value);
  return row.check != nullptr && text != nullptr ? row.check(*text) : std::nullopt;
}

}  // namespace

redis::Servers remote_servers(const RemoteOptions& options) {
  return {.addresses = {redis::Url::parse(options.url).address}};
}

redis::ConnectSettings remote_connection(const RemoteOptions& options) {
  redis::ConnectSettings connect;
  connect.user = options.user;
  connect.password =
      options.password_file.empty() ? options.password : read_secret_file(options.password_file);
  connect.client_name = options.client_name;
  connect.tls.ca_file = options.ca_file;
  connect.tls.certificate_file = options.certificate_file;
  connect.tls.key_file = options.key_file;
  connect.tls.verify_name = options.verify_name;
  connect.connect_timeout = options.connect_timeout;
  connect.command_timeout = options.command_timeout;
  connect.heartbeat = options.heartbeat;
  redis::Url::parse(options.url).apply_to(connect);
  if (options.database) connect.database_index = static_cast<std::uint32_t>(*options.database);
  return connect;
}

void check_remote_options(const RemoteOptions& options) {
  if (options.url.empty())
    refuse("url", "is empty", allowed_text(*row_of(SectionKind::remote).groups.front().begin()));
  RemoteOptions copy = options;  // the table reaches members of options that may be changed
  for (const OptionRow& row : row_of(SectionKind::remote).groups.front()) {
    const std::optional<OptionValue> value = row.field.load(&copy);
    if (!value) continue;
    if (const auto trouble = trouble_with(row, *value)) {
      refuse(row.name, *trouble, allowed_text(row));
    }
  }
  if (!options.password.empty() && !options.password_file.empty()) {
    refuse("password_file", "is given, and password as well", "one of the two");
  }
}

void add_remote(Core& core, const RemoteOptions& options) {
  core.copies = std::make_unique<MemoryCopies>(
      MemoryCopies::Parts{.marks = core.marks.get(),
                          .namespaces = core.namespaces.get(),
                          .memory = &core.memory(),
                          .unknowns = &core.statistics->unknown_copies,
                          .log = core.log,
                          .seed = core.seed,
                          .max_disconnected_age = options.max_disconnected_age});
  core.shared = remote::make_remote_tier({.servers = remote_servers(options),
                                          .connect = remote_connection(options),
                                          .io_threads_count = options.io_threads,
                                          .lease = options.lease,
                                          .max_pending = options.max_pending,
                                          .max_value_bytes = core.max_value_bytes,
                                          .is_raw = options.raw},
                                         {.clock = core.clock,
                                          .random = std::make_shared<SystemRandom>(),
                                          .log = core.log,
                                          .marks = core.marks.get(),
                                          .hash_seed = core.seed});
  core.statistics->watch(*core.metrics, core.name, *core.shared);
}

}  // namespace nacre::assembly
