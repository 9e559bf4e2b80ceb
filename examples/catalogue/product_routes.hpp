// The routes that read and change products.
#pragma once

#include "routes.hpp"

namespace catalogue {

Response get_catalog_product(const Call& call);
Response get_product(const Call& call);
Response get_products(const Call& call);
Response get_categories(const Call& call);
Response put_product(const Call& call);
Response patch_product(const Call& call);

}  // namespace catalogue
