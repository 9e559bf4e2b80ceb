#include "product_store.hpp"

#include <sqlite3.h>

#include "statement.hpp"

namespace catalogue {
namespace {

constexpr std::string_view schema = R"(
CREATE TABLE IF NOT EXISTS products(
  tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
  price_cents INTEGER NOT NULL, currency TEXT NOT NULL, category TEXT NOT NULL,
  stock INTEGER NOT NULL, tags TEXT NOT NULL, updated_unix_s INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1, UNIQUE(tenant, id));
CREATE INDEX IF NOT EXISTS products_by_category ON products(tenant, category);
)";

constexpr std::string_view columns =
    "tenant, id, name, description, price_cents, currency, category, stock, tags, "
    "updated_unix_s, version, strftime('%Y-%m-%dT%H:%M:%SZ', updated_unix_s, 'unixepoch')";

std::string join(const std::vector<std::string>& tags) {
  std::string text;
  for (const std::string& tag : tags) text += (text.empty() ? "" : "|") + tag;
  return text;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> tags;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    tags.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return tags;
}

Product read_row(const Statement& row) {
  return {.id = row.text(1),
          .tenant = row.text(0),
          .name = row.text(2),
          .description = row.text(3),
          .price_cents = row.number(4),
          .currency = row.text(5),
          .category = row.text(6),
          .stock = row.number(7),
          .tags = split(row.text(8)),
          .updated_at = row.text(11),
          .updated_unix_s = row.number(9),
          .version = row.number(10)};
}

void run(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(database));
  }
}

std::int64_t last_change(sqlite3* database, const std::string& tenant) {
  Statement query(database, "SELECT max(updated_unix_s) FROM products WHERE tenant = ?");
  query.bind(tenant);
  return query.next() ? query.number(0) : 0;
}

}  // namespace

void ProductStore::Closer::operator()(sqlite3* database) const noexcept {
  sqlite3_close(database);
}

ProductStore::ProductStore(const std::string& path) {
  sqlite3* database = nullptr;
  const int result = sqlite3_open(path.c_str(), &database);
  database_.reset(database);  // SQLite hands one out on failure as well
  if (result != SQLITE_OK) {
    throw std::runtime_error("cannot open the database " + path + ": " + sqlite3_errstr(result));
  }
  run(database, schema.data());
}

ProductStore::~ProductStore() = default;

std::int64_t ProductStore::count() const {
  const std::lock_guard lock(mutex_);
  Statement query(database_.get(), "SELECT count(*) FROM products");
  query.next();
  return query.number(0);
}

void ProductStore::load(std::span<const Product> products) {
  const std::lock_guard lock(mutex_);
  run(database_.get(), "BEGIN");
  try {
    Statement insert(
        database_.get(),
        "INSERT INTO products(tenant, id, name, description, price_cents, currency, "
        "category, stock, tags, updated_unix_s) VALUES(?,?,?,?,?,?,?,?,?,unixepoch(?))");
    for (const Product& product : products) {
      const std::string tags = join(product.tags);
      insert.bind(product.tenant).bind(product.id).bind(product.name).bind(product.description);
      insert.bind(product.price_cents).bind(product.currency).bind(product.category);
      insert.bind(product.stock).bind(tags).bind(product.updated_at).next();
      insert.reset();
    }
  } catch (...) {
    run(database_.get(), "ROLLBACK");
    throw;
  }
  run(database_.get(), "COMMIT");
}

std::optional<Product> ProductStore::find(const std::string& tenant, const std::string& id) const {
  const std::string sql =
      "SELECT " + std::string(columns) + " FROM products WHERE tenant = ? AND id = ?";
  const std::lock_guard lock(mutex_);
  Statement query(database_.get(), sql);
  query.bind(tenant).bind(id);
  if (!query.next()) return std::nullopt;
  return read_row(query);
}

ProductList ProductStore::list(const std::string& tenant, const Page& page) const {
  const std::string where = " FROM products WHERE tenant = ?1 AND (?2 = '' OR category = ?2)";
  const std::lock_guard lock(mutex_);
  ProductList list{.changed_unix_s = last_change(database_.get(), tenant)};
  Statement count(database_.get(), "SELECT count(*)" + where);
  count.bind(tenant).bind(page.category).next();
  list.total = count.number(0);
  Statement rows(database_.get(),
                 "SELECT " + std::string(columns) + where + " ORDER BY rowid LIMIT ?3 OFFSET ?4");
  rows.bind(tenant).bind(page.category).bind(page.limit).bind(page.offset);
  while (rows.next()) list.products.push_back(read_row(rows));
  return list;
}

CategoryList ProductStore::categories(const std::string& tenant) const {
  const std::lock_guard lock(mutex_);
  CategoryList list{.changed_unix_s = last_change(database_.get(), tenant)};
  Statement rows(database_.get(),
                 "SELECT category, count(*) FROM products WHERE tenant = ? GROUP BY category");
  rows.bind(tenant);
  while (rows.next()) list.categories.push_back({.name = rows.text(0), .products = rows.number(1)});
  return list;
}

bool ProductStore::put(const Product& product) {
  const std::string tags = join(product.tags);
  const std::lock_guard lock(mutex_);
  Statement upsert(
      database_.get(),
      "INSERT INTO products(tenant, id, name, description, price_cents, currency, category, stock, "
      "tags, updated_unix_s) VALUES(?,?,?,?,?,?,?,?,?,unixepoch()) "
      "ON CONFLICT(tenant, id) DO UPDATE SET name = excluded.name, "
      "description = excluded.description, price_cents = excluded.price_cents, "
      "currency = excluded.currency, category = excluded.category, stock = excluded.stock, "
      "tags = excluded.tags, updated_unix_s = excluded.updated_unix_s, version = version + 1 "
      "RETURNING version");
  upsert.bind(product.tenant).bind(product.id).bind(product.name).bind(product.description);
  upsert.bind(product.price_cents).bind(product.currency).bind(product.category);
  upsert.bind(product.stock).bind(tags).next();
  const bool created = upsert.number(0) == 1;
  upsert.next();  // a RETURNING statement commits when it has been stepped to its end
  return created;
}

bool ProductStore::set_price(const std::string& tenant, const std::string& id,
                             std::int64_t price_cents) {
  const std::lock_guard lock(mutex_);
  Statement update(database_.get(),
                   "UPDATE products SET price_cents = ?, updated_unix_s = unixepoch(), "
                   "version = version + 1 WHERE tenant = ? AND id = ?");
  update.bind(price_cents).bind(tenant).bind(id).next();
  return sqlite3_changes(database_.get()) == 1;
}

}  // namespace catalogue
