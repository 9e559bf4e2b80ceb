// Everything an application usually needs of nacre. Described structs: nacre/describe.hpp.
#pragma once

#include "nacre/async_cache.hpp"
#include "nacre/cache.hpp"
#include "nacre/error.hpp"
#include "nacre/fake_clock.hpp"
#include "nacre/json.hpp"
#include "nacre/version.hpp"
