// Products as JSON, both ways.
#pragma once

#include <boost/json.hpp>
#include <stdexcept>
#include <string>

#include "product.hpp"

namespace catalogue {

/// A body that is not what the route takes; what() says which field and why.
class InvalidBody : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

boost::json::object to_json(const Product& product);

/// The product a PUT describes; all fields but id, tenant, version and updated_at are needed.
/// Throws InvalidBody.
Product parse_product(const std::string& body);

/// The price of {"price_cents": 1299}, the only field that PATCH changes. Throws InvalidBody.
std::int64_t parse_price(const std::string& body);

/// The object that `body` holds. Throws InvalidBody.
boost::json::object parse_object(const std::string& body);

}  // namespace catalogue
