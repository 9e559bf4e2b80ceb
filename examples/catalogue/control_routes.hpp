// The routes that operate the service rather than use it.
#pragma once

#include "routes.hpp"

namespace catalogue {

Response get_health(const Call& call);
Response get_control(const Call& call);
Response put_control(const Call& call);

}  // namespace catalogue
