# Short names over the CMake presets and the scripts in tools/. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run build test bench fmt lint tidy check soak asan tsan gcc fuzz install deb \
        clean

DESTDIR ?=
PREFIX ?= /usr/local

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## install what is missing, build, start the example origin with nacred in front of it
	@tools/run

setup: ## install what is missing for building, testing and checking (apt, asks nothing)
	@tools/setup

build: ## build the library, the programs and the examples, optimised; they land in build/release
	@tools/setup run
	@tools/build release product

test: setup ## build and run all tests
	@tools/build release
	@tools/suite release

bench: setup ## build and run the benchmarks
	@tools/build release
	@bench/run

fmt: ## format all C++
	@tools/format

lint: setup ## clang-tidy over src/, skipping what was clean before
	@tools/build release
	@tools/lint

tidy: ## the checks of the project's own rules (seconds)
	@tools/tidy

check: ## what CI runs: all checks, all tests, GCC, sanitizers, fuzzing
	@tools/check

soak: setup ## the long forms of the tests that have one
	@tools/build release
	@NACRE_SOAK=1 tools/suite release -L soak

asan: setup ## build and test under AddressSanitizer and UndefinedBehaviorSanitizer
	@tools/build asan
	@tools/suite asan

tsan: setup ## build and test under ThreadSanitizer
	@tools/build tsan
	@tools/suite tsan

gcc: setup ## build with GCC 12 and run the unit tests
	@tools/build gcc
	@tools/suite gcc -L unit

fuzz: setup ## run every fuzz target for FUZZ_SECONDS (default 60)
	@tools/fuzz

install: ## install the library and the programs (PREFIX, DESTDIR)
	@tools/setup run
	@tools/build release product
	@DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(PREFIX)" >/dev/null
	@echo "installed into $(DESTDIR)$(PREFIX)"

deb: setup ## build the Debian packages into build/deb/packages
	@tools/deb

clean: ## remove all that was built
	@rm -rf build
