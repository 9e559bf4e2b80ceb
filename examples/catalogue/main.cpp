// nacre-catalogue: a multi-tenant product catalogue, an ordinary HTTP service. It knows nothing of
// caches; it is what one is put in front of.
#include <sys/resource.h>

#include <cstdio>
#include <exception>

#include "control.hpp"
#include "csv.hpp"
#include "product_store.hpp"
#include "routes.hpp"
#include "server.hpp"
#include "settings.hpp"

namespace {

constexpr int exit_failed = 1;

/// The usual limit of 1,024 files is too few for a thousand slow clients.
void allow_many_connections() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

void serve(const catalogue::Settings& settings) {
  catalogue::ProductStore store(settings.database);
  if (store.count() == 0) store.load(catalogue::read_products(settings.product_file));
  catalogue::Control control(settings.behaviour, catalogue::route_table().size());
  catalogue::Server server(settings.listen, store, control);
  const catalogue::Address address = server.address();
  const bool is_v6 = address.host.find(':') != std::string::npos;
  std::printf(is_v6 ? "nacre-catalogue ready http=[%s]:%u\n" : "nacre-catalogue ready http=%s:%u\n",
              address.host.c_str(), static_cast<unsigned>(address.port));
  std::fflush(stdout);
  server.run(settings.threads);
}

}  // namespace

int main(int argc, char** argv) {
  int exit_code = 0;
  const auto settings = catalogue::parse_settings(argc, argv, exit_code);
  if (!settings) return exit_code;
  allow_many_connections();
  try {
    serve(*settings);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nacre-catalogue: %s\n", error.what());
    return exit_failed;
  }
}
