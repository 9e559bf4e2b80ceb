#include "product_json.hpp"

#include <string_view>

namespace catalogue {
namespace {

namespace json = boost::json;

const json::value& member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) throw InvalidBody(std::string(name) + " is missing");
  return *value;
}

std::string text(const json::object& object, std::string_view name) {
  const json::string* value = member(object, name).if_string();
  if (value == nullptr || value->empty()) {
    throw InvalidBody(std::string(name) + " must be a text that is not empty");
  }
  return std::string(*value);
}

std::int64_t amount(const json::object& object, std::string_view name) {
  const json::value& value = member(object, name);
  if (!value.is_int64() || value.get_int64() < 0) {
    throw InvalidBody(std::string(name) + " must be a whole number, 0 or more");
  }
  return value.get_int64();
}

std::vector<std::string> tag_list(const json::object& object) {
  const json::array* values = member(object, "tags").if_array();
  if (values == nullptr) throw InvalidBody("tags must be an array of texts");
  std::vector<std::string> tags;
  for (const json::value& value : *values) {
    const json::string* tag = value.if_string();
    if (tag == nullptr || tag->empty() || tag->find('|') != json::string::npos) {
      throw InvalidBody("each of tags must be a text without '|' that is not empty");
    }
    tags.emplace_back(*tag);
  }
  return tags;
}

}  // namespace

json::object to_json(const Product& product) {
  return {{"id", product.id},
          {"tenant", product.tenant},
          {"name", product.name},
          {"description", product.description},
          {"price_cents", product.price_cents},
          {"currency", product.currency},
          {"category", product.category},
          {"stock", product.stock},
          {"tags", json::value_from(product.tags)},
          {"updated_at", product.updated_at},
          {"version", product.version}};
}

json::object parse_object(const std::string& body) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error || !value.is_object()) throw InvalidBody("the body must be a JSON object");
  return value.get_object();
}

Product parse_product(const std::string& body) {
  const json::object object = parse_object(body);
  return {.name = text(object, "name"),
          .description = text(object, "description"),
          .price_cents = amount(object, "price_cents"),
          .currency = text(object, "currency"),
          .category = text(object, "category"),
          .stock = amount(object, "stock"),
          .tags = tag_list(object)};
}

std::int64_t parse_price(const std::string& body) {
  const json::object object = parse_object(body);
  if (object.size() != 1) throw InvalidBody("PATCH changes price_cents and nothing else");
  return amount(object, "price_cents");
}

}  // namespace catalogue
