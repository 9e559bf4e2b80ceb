# Precompiled headers, one set for each kind of target. They save half of a clean build.
#
# Only what others wrote is in them: a change of ours then rebuilds what includes it and no more.
# They hide a missing include, so the gcc preset, which compiles everything too, has none.
option(NACRE_PCH "Use precompiled headers" OFF)

set(nacre_pch_std
  <algorithm> <array> <atomic> <bit> <chrono> <compare> <concepts> <condition_variable> <cstddef>
  <cstdint> <cstring> <deque> <functional> <limits> <map> <memory> <mutex> <new> <optional> <random>
  <shared_mutex> <span> <stdexcept> <stop_token> <string> <string_view> <thread> <tuple>
  <type_traits> <unordered_map> <utility> <variant> <vector>)

set(NACRE_PCH_asio ${nacre_pch_std}
  <boost/asio.hpp> <boost/asio/ssl.hpp> <boost/beast/core.hpp> <boost/beast/http.hpp>
  <boost/json.hpp> <fmt/format.h>)
set(NACRE_PCH_core ${nacre_pch_std} <fmt/format.h>)
set(NACRE_PCH_test ${nacre_pch_std} <gmock/gmock.h> <gtest/gtest.h> <rapidcheck.h>)

# nacre_use_pch(TARGET KIND LIBRARIES...) gives TARGET the precompiled headers of KIND: core, asio or
# test. The first target of a kind makes them, in a target of their own with what LIBRARIES ask for.
function(nacre_use_pch target kind)
  if(NOT NACRE_PCH)
    return()
  endif()
  set(owner nacre_pch_${kind})
  if(NOT TARGET ${owner})
    set(source "${PROJECT_BINARY_DIR}/pch/${kind}.cpp")
    # The compilers take only headers made as what uses them is made: -fPIE for programs.
    if(kind STREQUAL "test")
      file(CONFIGURE OUTPUT "${source}" CONTENT "int main() { return 0; }\n")
      add_executable(${owner} "${source}")
    else()
      file(CONFIGURE OUTPUT "${source}" CONTENT "// Makes the precompiled header.\n")
      add_library(${owner} OBJECT "${source}")
    endif()
    target_link_libraries(${owner} PRIVATE nacre_options ${ARGN})
    target_precompile_headers(${owner} PRIVATE ${NACRE_PCH_${kind}})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${owner})
endfunction()
