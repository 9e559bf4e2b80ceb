// The handlers of all routes, by resource. See route.hpp for what a handler may do.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/route.hpp"

namespace nacre::server {

// rest_entries.cpp: one entry
void read_entry(Call& call);
void write_entry(Call& call);
void remove_entry(Call& call);

// rest_bulk.cpp: many entries
void read_many(Call& call);
void write_many(Call& call);
void invalidate(Call& call);

// rest_warm.cpp
void warm(Call& call);

// rest_admin.cpp: for operators
void list_keys(Call& call);
void show_key(Call& call);
void expire_key(Call& call);
void persist_key(Call& call);
void explain_key(Call& call);
void flush(Call& call);

// rest_status.cpp: the daemon and its figures
void show_stats(Call& call);
void show_daemon(Call& call);
void show_namespaces(Call& call);
void show_config(Call& call);
void show_metrics(Call& call);
void show_liveness(Call& call);
void show_readiness(Call& call);
void show_health(Call& call);
void show_openapi(Call& call);

}  // namespace nacre::server
