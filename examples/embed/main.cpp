// nacre inside a program: a described struct, a cache in front of a slow query, and what happens
// when the data behind it changes.
#include <cstdio>
#include <memory>
#include <nacre/describe.hpp>
#include <nacre/nacre.hpp>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

struct User {
  std::string name;
  std::vector<std::string> emails;
  std::optional<std::chrono::sys_seconds> last_seen;
};
BOOST_DESCRIBE_STRUCT(User, (), (name, emails, last_seen))

// Stands for the database that is worth a cache.
class Database {
 public:
  std::optional<User> find_user(int id) {
    std::printf("  (query for user %d)\n", id);
    if (id != 1) return std::nullopt;
    return User{.name = name, .emails = {"ada@example.org"}, .last_seen = {}};
  }

  std::string name = "Ada";
};

void print(const nacre::Lookup<User>& user) {
  user.match(
      [](const nacre::Fresh<User>& hit) { std::printf("fresh: %s\n", hit.value->name.c_str()); },
      [](const nacre::Stale<User>& hit) { std::printf("stale: %s\n", hit.value->name.c_str()); },
      [](const nacre::Negative&) { std::printf("there is no such user\n"); },
      [](const nacre::Miss&) { std::printf("not in the cache\n"); });
}

int main() {
  Database database;

  // A clock moved by hand lets this program show an hour in a moment; leave it out for real time.
  auto clock = std::make_shared<nacre::FakeClock>();
  auto executor = nacre::make_thread_pool();
  const nacre::Cache cache({
      .defaults = {.ttl = 60s, .stale_while_revalidate = 1h, .negative_ttl = 5s, .ttl_jitter = 0},
      .clock = clock,
      .executor = executor,
  });
  const auto load = [&database] { return database.find_user(1); };

  std::puts("The first read asks the database, the second does not:");
  print(cache.get_or_load("user:1", load, {.tags = {"user"}}));
  print(cache.get_or_load("user:1", load, {.tags = {"user"}}));

  std::puts("A hit is the object itself, not a copy:");
  std::puts(cache.get<User>("user:1").value().get() == cache.get<User>("user:1").value().get()
                ? "one object"
                : "two objects");

  std::puts("That a user does not exist is known, too:");
  print(cache.get_or_load("user:2", [&database] { return database.find_user(2); }));
  print(cache.get<User>("user:2"));

  std::puts("Change the database, then invalidate; here all that is tagged as a user:");
  database.name = "Ada King";
  cache.invalidate(nacre::by_tag("user"));
  print(cache.get<User>("user:1"));
  print(cache.get_or_load("user:1", load, {.tags = {"user"}}));

  std::puts("After its ttl a value is served once more while a new one is loaded behind it:");
  database.name = "Ada Lovelace";
  clock->advance(61s);
  const auto old = cache.get_or_load("user:1", load, {.tags = {"user"}});
  executor->stop();  // waits for the load, which this read did not
  print(old);
  print(cache.get<User>("user:1"));

  std::puts("The same user as it would be written to a disk or to Redis:");
  const nacre::Value user = cache.get<User>("user:1").value().untyped();
  std::puts(std::string(user.encoded().bytes()).c_str());
}
