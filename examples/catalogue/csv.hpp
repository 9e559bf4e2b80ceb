// Reads products from comma-separated text (RFC 4180).
#pragma once

#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "product.hpp"

namespace catalogue {

/// The fields of the next record, which may span lines inside quotes; nullopt at the end.
/// Throws std::runtime_error when a quote is never closed.
std::optional<std::vector<std::string>> read_csv_record(std::istream& in);

/// All products of a file whose first line is the header of products.csv.
/// Throws std::runtime_error, naming the line's record, for a file that is missing or malformed.
std::vector<Product> read_products(const std::string& file);

}  // namespace catalogue
