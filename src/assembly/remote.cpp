#include "assembly/remote.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "assembly/option_table.hpp"
#include "nacre/error.hpp"

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

}  // namespace nacre::assembly
