// nacre inside a program: a described struct, a cache in front of a slow query, and what happens
// when the data behind it changes.
#include <cstdio>
#include <functional>
#include <memory>
#include <nacre/describe.hpp>
#include <nacre/nacre.hpp>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// docs: begin embed
struct User {
  std::string name;
  std::vector<std::string> emails;
  std::optional<std::chrono::sys_seconds> last_seen;
};
BOOST_DESCRIBE_STRUCT(User, (), (name, emails, last_seen))

// What is worth a cache: a database, a service. nullopt when there is no such user.
using Query = std::function<std::optional<User>(int id)>;

nacre::Lookup<User> read_user(const nacre::Cache& cache, const Query& query, int id) {
  return cache.get_or_load(
      "user:" + std::to_string(id), [query, id] { return query(id); },
      {.ttl = 60s, .stale_while_revalidate = 1h, .negative_ttl = 5s, .tags = {"user"}});
}

void greet(const nacre::Lookup<User>& user) {
  user.match(
      [](const nacre::Fresh<User>& hit) { std::printf("hello %s\n", hit.value->name.c_str()); },
      [](const nacre::Stale<User>& hit) { std::printf("hello %s?\n", hit.value->name.c_str()); },
      [](const nacre::Negative&) { std::printf("there is no such user\n"); },
      [](const nacre::Miss&) { std::printf("not in the cache\n"); });
}
// docs: end embed

int main() {
  std::string name = "Ada";
  const Query query = [&name](int id) -> std::optional<User> {
    std::printf("  (query for user %d)\n", id);
    if (id != 1) return std::nullopt;
    return User{.name = name, .emails = {"ada@example.org"}, .last_seen = {}};
  };

  // A clock moved by hand lets this program show a minute in a moment; leave it out for real time.
  auto clock = std::make_shared<nacre::FakeClock>();
  auto executor = nacre::make_thread_pool();
  const nacre::Cache cache({.clock = clock, .executor = executor});

  std::puts("The first read asks the database, the second does not:");
  greet(read_user(cache, query, 1));
  greet(read_user(cache, query, 1));

  std::puts("A hit is the object itself, not a copy:");
  const nacre::Handle<User> first = cache.get<User>("user:1").value();
  const nacre::Handle<User> second = cache.get<User>("user:1").value();
  std::puts(first.get() == second.get() ? "one object" : "two objects");

  std::puts("That a user does not exist is known, too:");
  greet(read_user(cache, query, 2));
  greet(cache.get<User>("user:2"));

  std::puts("Change the database, then invalidate; here all that is tagged as a user:");
  name = "Ada King";
  cache.invalidate(nacre::by_tag("user"));
  greet(cache.get<User>("user:1"));
  greet(read_user(cache, query, 1));

  std::puts("After its ttl a value is served once more while a new one is loaded behind it:");
  name = "Ada Lovelace";
  clock->advance(70s);
  const nacre::Lookup<User> old = read_user(cache, query, 1);
  executor->stop();  // waits for the load, which the read did not
  greet(old);
  greet(cache.get<User>("user:1"));

  std::puts("The same user as it would be written to a disk or to Redis:");
  const nacre::Value bytes = cache.get<User>("user:1").value().untyped().encoded();
  std::puts(std::string(bytes.bytes()).c_str());
}
