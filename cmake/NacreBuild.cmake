# What every target of nacre has in common: the language, the warnings, the sanitizers, the caches
# that keep a rebuild short, and nacre_module(), which makes one folder of src/ one target.
include(GNUInstallDirs)
include(NacrePch)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

find_program(NACRE_CCACHE ccache)
if(NACRE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The base directory makes a result from one checkout serve another, which is what CI's fresh
  # clones live from.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
      "${PROJECT_SOURCE_DIR}/cmake/compile")
endif()

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL REQUIRED)

add_library(nacre_options INTERFACE)
target_include_directories(nacre_options INTERFACE
  "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
  "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>"
  "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>")
target_compile_definitions(nacre_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_compile_options(nacre_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
if(NACRE_DEVELOPER)
  target_compile_options(nacre_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(nacre_options INTERFACE -Wthread-safety "SHELL:-Xclang -fno-pch-timestamp")
  target_link_options(nacre_options INTERFACE -fuse-ld=lld-19)
endif()
if(NACRE_SANITIZE)
  target_compile_options(nacre_options INTERFACE
    -fsanitize=${NACRE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(nacre_options INTERFACE -fsanitize=${NACRE_SANITIZE})
endif()

if(NACRE_FUZZ)
  # Without it libFuzzer does not see which branches of the library an input takes.
  target_compile_options(nacre_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

configure_file("${PROJECT_SOURCE_DIR}/cmake/version.hpp.in"
               "${PROJECT_BINARY_DIR}/generated/nacre/version.hpp" @ONLY)

# nacre_module(NAME SOURCES file... [DEPENDS module...] [LIBRARIES target...] [ASIO])
# One folder of src/ as one object library nacre_<NAME>. DEPENDS names modules of lower rows; ASIO
# is said by those whose files use Asio, Beast or Boost.JSON much.
function(nacre_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ASIO" "" "SOURCES;DEPENDS;LIBRARIES")
  add_library(nacre_${name} OBJECT ${arg_SOURCES})
  target_link_libraries(nacre_${name} PUBLIC nacre_options ${arg_LIBRARIES})
  foreach(module IN LISTS arg_DEPENDS)
    add_dependencies(nacre_${name} nacre_${module})
  endforeach()
  if(arg_ASIO)
    target_link_libraries(nacre_${name} PUBLIC nacre_asio)
    nacre_use_pch(nacre_${name} asio nacre_asio)
  else()
    nacre_use_pch(nacre_${name} core)
  endif()
  set_property(GLOBAL APPEND PROPERTY NACRE_MODULES ${name})
endfunction()

# nacre_unoptimized_sources(file...): what reads a command line once needs no optimiser, and CLI11
# keeps it busy for half a minute.
function(nacre_unoptimized_sources)
  set_source_files_properties(${ARGV} PROPERTIES COMPILE_OPTIONS -O0 SKIP_PRECOMPILE_HEADERS ON)
endfunction()
