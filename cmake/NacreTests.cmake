# nacre_test(NAME SOURCES file... [LIBRARIES target...] [LABELS label...] [TIMEOUT seconds] [OPTIMIZED])
# A GoogleTest program that ctest runs test by test's program: one process a program, so that a
# sanitizer's start-up is paid once. The library under test is built as users get it, the test's own
# files are not optimised, which more than halves the time to build them; OPTIMIZED is said by those
# that run long.
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)

add_library(nacre_test_options INTERFACE)
target_link_libraries(nacre_test_options INTERFACE
  nacre_options nacre_static GTest::gmock rapidcheck)
target_include_directories(nacre_test_options INTERFACE "${PROJECT_SOURCE_DIR}/tests")

# Sanitizers are slow enough with the optimiser.
add_library(nacre_unoptimized INTERFACE)
if(NOT NACRE_SANITIZE)
  target_compile_options(nacre_unoptimized INTERFACE -O0)
endif()

function(nacre_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIMIZED" "TIMEOUT" "SOURCES;LIBRARIES;LABELS")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE nacre_test_options GTest::gmock_main ${arg_LIBRARIES})
  if(NOT arg_OPTIMIZED)
    target_link_libraries(${name} PRIVATE nacre_unoptimized)
    nacre_use_pch(${name} test nacre_unoptimized GTest::gmock rapidcheck)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_TIMEOUT)
    # Sanitizers make a test about ten times as slow; a busy machine doubles that.
    set(arg_TIMEOUT 120)
    if(NACRE_SANITIZE)
      set(arg_TIMEOUT 900)
    endif()
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()
