#include "csv.hpp"

#include <charconv>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace catalogue {
namespace {

constexpr std::string_view header =
    "id,tenant,name,description,price_cents,currency,category,stock,tags,updated_at";
constexpr std::size_t column_count = 10;

std::int64_t to_number(const std::string& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, number).ptr != end || text.empty()) {
    throw std::runtime_error("'" + text + "' is not a whole number");
  }
  return number;
}

std::vector<std::string> split_tags(std::string_view text) {
  std::vector<std::string> tags;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('|'), text.size());
    tags.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return tags;
}

Product to_product(std::vector<std::string> fields) {
  if (fields.size() != column_count) {
    throw std::runtime_error("it has " + std::to_string(fields.size()) + " fields, not " +
                             std::to_string(column_count));
  }
  return {.id = std::move(fields[0]),
          .tenant = std::move(fields[1]),
          .name = std::move(fields[2]),
          .description = std::move(fields[3]),
          .price_cents = to_number(fields[4]),
          .currency = std::move(fields[5]),
          .category = std::move(fields[6]),
          .stock = to_number(fields[7]),
          .tags = split_tags(fields[8]),
          .updated_at = std::move(fields[9])};
}

}  // namespace

std::optional<std::vector<std::string>> read_csv_record(std::istream& in) {
  if (in.peek() == std::istream::traits_type::eof()) return std::nullopt;
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (char c = 0; in.get(c);) {
    if (quoted && c == '"' && in.peek() == '"') {
      in.get();
      fields.back() += '"';
    } else if (c == '"') {
      quoted = !quoted;
    } else if (quoted) {
      fields.back() += c;
    } else if (c == '\n') {
      return fields;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  if (quoted) throw std::runtime_error("a quote is never closed");
  return fields;
}

std::vector<Product> read_products(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read the product file " + file);
  std::string first_line;
  std::getline(in, first_line);
  if (first_line != header) {
    throw std::runtime_error(file + ": the first line must be " + std::string(header));
  }
  std::vector<Product> products;
  try {
    while (auto fields = read_csv_record(in)) products.push_back(to_product(std::move(*fields)));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(file + ": product " + std::to_string(products.size() + 1) + ": " +
                             error.what());
  }
  return products;
}

}  // namespace catalogue
