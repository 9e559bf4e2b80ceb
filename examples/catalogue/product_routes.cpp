#include "product_routes.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "product_json.hpp"

namespace catalogue {
namespace {

namespace json = boost::json;

constexpr std::int64_t max_page_products = 100;

bool is_tenant(const std::string& name) {
  return std::find(tenants.begin(), tenants.end(), name) != tenants.end();
}

Response no_such_tenant() {
  return error_response(404, "not_found", "no such tenant; there are acme, globex and initech");
}

Response no_such_product() {
  return error_response(404, "not_found", "the tenant has no product with this id");
}

Response found(const json::object& body, std::int64_t changed_unix_s) {
  Response response{.body = json::serialize(body), .last_modified = changed_unix_s};
  response.etag = strong_etag(response.body);
  return response;
}

Response show_product(const Call& call, const std::string& tenant, const std::string& id) {
  if (!is_tenant(tenant)) return no_such_tenant();
  const auto product = call.store.find(tenant, id);
  // The body holds the version, so the validator covers content and version.
  return product ? found(to_json(*product), product->updated_unix_s) : no_such_product();
}

bool is_id(const std::string& id) {
  constexpr std::size_t max_id_bytes = 64;
  return !id.empty() && id.size() <= max_id_bytes &&
         id.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string::npos;
}

std::int64_t number_in_query(const Url& url, const std::string& name, std::int64_t otherwise) {
  const auto found = url.query.find(name);
  if (found == url.query.end()) return otherwise;
  const std::string& text = found->second;
  std::int64_t number = -1;
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, number).ptr != end || number < 0) {
    throw InvalidBody(name + " must be a whole number, 0 or more");
  }
  return number;
}

}  // namespace

Response get_catalog_product(const Call& call) {
  const std::string& named = call.request.tenant;
  return show_product(call, named.empty() ? std::string(default_tenant) : named, call.captures[0]);
}

Response get_product(const Call& call) {
  return show_product(call, call.captures[0], call.captures[1]);
}

Response get_products(const Call& call) {
  const std::string& tenant = call.captures[0];
  if (!is_tenant(tenant)) return no_such_tenant();
  Page page;
  page.limit = std::min(number_in_query(call.url, "limit", page.limit), max_page_products);
  page.offset = number_in_query(call.url, "offset", page.offset);
  const auto category = call.url.query.find("category");
  if (category != call.url.query.end()) page.category = category->second;

  const ProductList list = call.store.list(tenant, page);
  json::array products;
  for (const Product& product : list.products) products.push_back(to_json(product));
  return found({{"products", std::move(products)},
                {"total", list.total},
                {"limit", page.limit},
                {"offset", page.offset}},
               list.changed_unix_s);
}

Response get_categories(const Call& call) {
  const std::string& tenant = call.captures[0];
  if (!is_tenant(tenant)) return no_such_tenant();
  const CategoryList list = call.store.categories(tenant);
  json::array categories;
  for (const CategoryCount& category : list.categories) {
    categories.push_back(json::object{{"name", category.name}, {"products", category.products}});
  }
  return found({{"tenant", tenant}, {"categories", std::move(categories)}}, list.changed_unix_s);
}

Response put_product(const Call& call) {
  if (!is_tenant(call.captures[0])) return no_such_tenant();
  if (!is_id(call.captures[1])) {
    return error_response(400, "bad_request", "an id has 1 to 64 letters, digits, '.', '_', '-'");
  }
  Product product = parse_product(call.request.body);
  product.tenant = call.captures[0];
  product.id = call.captures[1];
  const bool created = call.store.put(product);
  Response response = show_product(call, product.tenant, product.id);
  response.status = created ? 201 : 200;
  return response;
}

Response patch_product(const Call& call) {
  if (!is_tenant(call.captures[0])) return no_such_tenant();
  const std::int64_t price_cents = parse_price(call.request.body);
  if (!call.store.set_price(call.captures[0], call.captures[1], price_cents)) {
    return no_such_product();
  }
  return show_product(call, call.captures[0], call.captures[1]);
}

}  // namespace catalogue
