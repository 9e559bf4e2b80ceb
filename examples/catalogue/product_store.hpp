// The products, kept in SQLite.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "product.hpp"

struct sqlite3;

namespace catalogue {

struct Page {
  std::string category{};  ///< empty: all of them
  std::int64_t limit = 20;
  std::int64_t offset = 0;
};

struct ProductList {
  std::vector<Product> products{};
  std::int64_t total = 0;           ///< how many there are without limit and offset
  std::int64_t changed_unix_s = 0;  ///< when the tenant's catalogue last changed
};

struct CategoryCount {
  std::string name{};
  std::int64_t products = 0;
};

struct CategoryList {
  std::vector<CategoryCount> categories{};
  std::int64_t changed_unix_s = 0;
};

/// One database connection. Thread safe: a mutex orders its users, since a query takes
/// microseconds. Every function throws std::runtime_error when the database fails.
class ProductStore {
 public:
  /// Opens or creates the database; ":memory:" keeps it in memory.
  explicit ProductStore(const std::string& path);
  ~ProductStore();
  ProductStore(const ProductStore&) = delete;
  ProductStore& operator=(const ProductStore&) = delete;

  std::int64_t count() const;

  /// Inserts all of them, or none.
  void load(std::span<const Product> products);

  std::optional<Product> find(const std::string& tenant, const std::string& id) const;
  ProductList list(const std::string& tenant, const Page& page) const;
  CategoryList categories(const std::string& tenant) const;

  /// Creates or replaces; its version grows and its time of change is now. True when created.
  bool put(const Product& product);

  /// False when there is no such product.
  bool set_price(const std::string& tenant, const std::string& id, std::int64_t price_cents);

 private:
  struct Closer {
    void operator()(sqlite3* database) const noexcept;
  };

  mutable std::mutex mutex_;
  std::unique_ptr<sqlite3, Closer> database_;
};

}  // namespace catalogue
