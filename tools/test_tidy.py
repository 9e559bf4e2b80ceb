#!/usr/bin/env python3
"""Shows each check of tools/tidy firing, and staying silent where it must."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from tidying import config_docs, headers, layers, pages, scopes, shape, tables, words  # noqa: E402
from tidying.text import Tree, without_comments, without_literals  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent


class CheckCase(unittest.TestCase):
    def fires(self, check, files: dict, expected: str, line: int | None = None) -> None:
        findings = check(Tree(files))
        matching = [finding for finding in findings if expected in finding.message]
        self.assertTrue(matching, f"wanted {expected!r}, got {[str(finding) for finding in findings]}")
        if line is not None:
            self.assertIn(line, [finding.line for finding in matching])

    def silent(self, check, files: dict) -> None:
        self.assertEqual([], [str(finding) for finding in check(Tree(files))])


class Text(unittest.TestCase):
    def test_blanks_comments_and_literals_but_keeps_columns(self):
        source = 'int a = 1\'000; // sleep_for\nauto s = "rand()"; char c = \'{\'; /* x\ny */ R"(")}"\n})"'
        code = without_literals(source)
        self.assertEqual(len(source), len(code))
        self.assertEqual(source.count("\n"), code.count("\n"))
        for word in ("sleep_for", "rand", "{", "}"):
            self.assertNotIn(word, code)
        self.assertIn("1'000", code)
        self.assertIn('"rand()"', without_comments(source))


class Scopes(unittest.TestCase):
    def kinds(self, code: str) -> list:
        return [scope.kind for scope in scopes.scopes_of(code)]

    def test_tells_namespaces_classes_functions_and_the_rest(self):
        self.assertEqual(["namespace", "class", "function", "other"], self.kinds(
            "namespace nacre {\ntemplate <class T>\nclass A final : public B<T> {\n int f() const {\n  if (x) { }\n }\n};\n}"))
        self.assertEqual(["other", "other", "enum"], self.kinds(
            "int table[] = {1, 2}; int x{1}; enum class E : int { a };"))

    def test_template_class_parameter_is_no_class(self):
        found = scopes.scopes_of("template <class T>\nstruct Fresh {\n T value{};\n};")
        self.assertTrue(found[0].is_struct)


class Layers(CheckCase):
    def test_include_upwards(self):
        self.fires(layers.check_rows, {"src/memory/a.cpp": '#include "cache/x.hpp"\n'}, "memory includes", 1)

    def test_include_sideways(self):
        self.fires(layers.check_rows, {"src/cache/a.cpp": '\n#include "memory/x.hpp"\n'}, "cache includes", 2)
        self.fires(layers.check_rows, {"src/server/a.cpp": '#include "cli/x.hpp"\n'}, "server includes")

    def test_include_downwards_and_within(self):
        self.silent(layers.check_rows, {"src/cache/a.cpp": '#include "cache/x.hpp"\n#include "base/y.hpp"\n'
                                                           '#include <vector>\n#include "nacre/error.hpp"\n'})

    def test_public_header_counts_as_its_module(self):
        self.fires(layers.check_rows, {"src/base/a.cpp": '#include "nacre/cache.hpp"\n'}, "of cache")
        self.fires(layers.check_rows, {"include/nacre/error.hpp": '#include "nacre/codec.hpp"\n'}, "of codec")
        self.fires(layers.check_rows, {"include/nacre/error.hpp": '#include "base/glob.hpp"\n'}, "private")

    def test_unknown_modules_and_relative_includes(self):
        self.fires(layers.check_rows, {"src/util/a.cpp": ""}, "not in ROWS")
        self.fires(layers.check_rows, {"include/nacre/other.hpp": ""}, "not in PUBLIC")
        self.fires(layers.check_rows, {"src/base/a.cpp": '#include "glob.hpp"\n'}, "no known module")
        self.fires(layers.check_rows, {"src/base/a.cpp": '#include "../cache/x.hpp"\n'}, "no known module")

    def test_umbrella_header_inside(self):
        self.fires(layers.check_rows, {"src/cache/a.cpp": "#include <nacre/nacre.hpp>\n"}, "for users")

    def test_comment_is_no_include(self):
        self.silent(layers.check_rows, {"src/base/a.cpp": '// #include "cache/x.hpp"\n/*\n#include "cache/x.hpp"\n*/\n'})

    def test_public_headers_use_the_standard_library(self):
        self.fires(layers.check_public_headers, {"include/nacre/error.hpp": "#include <fmt/core.h>\n"}, "fmt/core.h")
        self.fires(layers.check_public_headers, {"include/nacre/error.hpp": "#include <boost/describe.hpp>\n"}, "boost")
        self.silent(layers.check_public_headers, {"include/nacre/describe.hpp": "#include <boost/describe.hpp>\n"})

    def test_public_headers_export_what_they_declare(self):
        self.fires(layers.check_exported, {"include/nacre/error.hpp": "namespace nacre {\n}\n"}, "not export")
        good = "#include <x>\n#pragma GCC visibility push(default)\nnamespace nacre {\n}\n#pragma GCC visibility pop\n"
        self.silent(layers.check_exported, {"include/nacre/error.hpp": good})
        self.fires(layers.check_exported, {"include/nacre/error.hpp": good.replace("#include <x>\n", "").replace(
            "namespace", "#include <x>\nnamespace", 1)}, "not export")

    def test_heavy_libraries(self):
        for name, library in (("boost/asio.hpp", "Asio"), ("boost/beast/core.hpp", "Beast"), ("boost/json.hpp", "Boost.JSON"),
                              ("toml++/toml.h", "toml++"), ("CLI/CLI.hpp", "CLI11"), ("openssl/evp.h", "OpenSSL"),
                              ("spdlog/spdlog.h", "spdlog")):
            self.fires(layers.check_heavy, {"src/cache/a.cpp": f"#include <{name}>\n"}, library)
        self.fires(layers.check_heavy, {"src/server/routes.hpp": "#include <boost/asio.hpp>\n"}, "Asio")
        self.silent(layers.check_heavy, {"src/assembly/settings_toml.cpp": "#include <toml++/toml.h>\n"})

    def test_examples(self):
        self.fires(layers.check_examples, {"examples/a.cpp": '#include "base/x.hpp"\n', "src/base/x.hpp": ""}, "private")
        self.fires(layers.check_examples, {"examples/catalogue/a.cpp": "#include <nacre/cache.hpp>\n"}, "knows nothing")

    def test_own_header_first(self):
        files = {"src/base/a.cpp": '#include <vector>\n#include "base/a.hpp"\n', "src/base/a.hpp": ""}
        self.fires(layers.check_own_header_first, files, "base/a.hpp")
        self.silent(layers.check_own_header_first, files | {"src/base/a.cpp": '#include "base/a.hpp"\n'})
        self.silent(layers.check_own_header_first, {"src/cli/stats.cpp": '#include "cli/x.hpp"\n', "include/nacre/stats.hpp": ""})
        self.fires(layers.check_own_header_first, {"src/cache/stats.cpp": '#include "cache/x.hpp"\n', "include/nacre/stats.hpp": ""},
                   "nacre/stats.hpp")

    def test_test_code_in_the_product(self):
        self.fires(layers.check_no_test_code, {"src/base/a.cpp": "#include <gtest/gtest.h>\n"}, "gtest")
        self.fires(layers.check_no_test_code, {"src/base/a_test.cpp": ""}, "tests/")

    def test_unused_header(self):
        self.fires(layers.check_unused_headers, {"src/base/a.hpp": ""}, "no file includes")
        self.silent(layers.check_unused_headers, {"src/base/a.hpp": "", "tests/x.cpp": '#include "base/a.hpp"\n'})


class Shape(CheckCase):
    def test_long_file(self):
        self.fires(shape.check_lengths, {"src/base/a.cpp": "\n" * 601}, "601 lines")
        self.silent(shape.check_lengths, {"src/base/a.cpp": "\n" * 600})

    def test_long_public_header(self):
        self.fires(shape.check_lengths, {"include/nacre/error.hpp": "\n" * 251}, "251 lines")

    def test_long_function(self):
        body = "namespace nacre {\nvoid A::long_one(int a) const {\n" + "  x();\n" * 70 + "}\n}\n"
        self.fires(shape.check_lengths, {"src/base/a.cpp": body}, "long_one has 72 lines", 2)
        table = "constexpr int table[] = {\n" + "1,\n" * 100 + "};\n"
        self.silent(shape.check_lengths, {"src/base/a.cpp": table})

    def test_long_constructor_after_brace_initialisers(self):
        body = "A::A(int a) : a_{a}, b_{a} {\n" + "  x();\n" * 70 + "}\n"
        self.fires(shape.check_lengths, {"src/base/a.cpp": body}, "72 lines")

    def test_ratchet(self):
        long = {"src/base/a.cpp": "\n" * 700}
        def ratchet(text):
            return long | {shape.RATCHET: text}
        self.silent(shape.check_lengths, ratchet("# At most 1 lines.\nsrc/base/a.cpp file 700\n"))
        self.fires(shape.check_lengths, ratchet("# At most 0 lines.\nsrc/base/a.cpp file 700\n"), "only shrinks")
        self.fires(shape.check_lengths, ratchet("# At most 1 lines.\nsrc/base/a.cpp file 699\n"), "at most 699")
        self.fires(shape.check_lengths, ratchet("# At most 1 lines.\nsrc/base/a.cpp file 701\n"), "lower its number")
        self.fires(shape.check_lengths, {shape.RATCHET: "# At most 1 lines.\nsrc/base/a.cpp file 700\n"}, "remove the line")

    def test_long_line(self):
        self.fires(shape.check_columns, {"src/base/a.cpp": "int a; " + "b" * 100 + "\n"}, "107 columns")
        self.silent(shape.check_columns, {"src/base/a.cpp": "// https://" + "b" * 100 + "\n"})

    def test_header_begin(self):
        self.fires(shape.check_header_begin, {"src/base/a.hpp": "#pragma once\n"}, "purpose")
        self.fires(shape.check_header_begin, {"src/base/a.hpp": "// It.\n#include <x>\n#pragma once\n"}, "#pragma once")
        self.silent(shape.check_header_begin, {"src/base/a.hpp": "// It.\n#pragma once\n"})

    def test_wide_interface(self):
        methods = "".join(f"  virtual void f{index}() = 0;\n" for index in range(8))
        self.fires(shape.check_interfaces, {"src/base/a.hpp": f"class A {{\n{methods}}};\n"}, "8 methods")
        self.silent(shape.check_interfaces, {"src/base/a.hpp": "struct A {\n" + "  int a = 0;\n" * 9 + "};\n"})

    def test_module_page(self):
        self.fires(shape.check_module_pages, {"src/base/a.cpp": ""}, "README.md is missing")
        self.fires(shape.check_module_pages, {"src/base/a.cpp": "", "src/base/README.md": "\n" * 41}, "41 lines")

    def test_dead_file(self):
        self.fires(shape.check_dead_files, {"src/base/a.cpp": "", "src/base/CMakeLists.txt": "# a.cpp\n"}, "names this file")
        self.silent(shape.check_dead_files, {"src/base/a.cpp": "", "src/base/CMakeLists.txt": "nacre_module(base SOURCES a.cpp)\n"})
        self.silent(shape.check_dead_files, {"src/a/b/c.cpp": "", "src/a/CMakeLists.txt": "x(b/c.cpp)\n"})
        self.silent(shape.check_dead_files, {"tests/support/a.cpp": "", "tests/unit/CMakeLists.txt": "x(../support/a.cpp)\n"})
        self.fires(shape.check_dead_files, {"tests/support/a.cpp": "", "tests/unit/CMakeLists.txt": "x(a.cpp)\n"}, "names this file")


class Words(CheckCase):
    def test_type_names(self):
        self.fires(words.check_type_names, {"src/base/a.hpp": "struct fill_gate {\n};\n"}, "PascalCase", 1)
        self.fires(words.check_type_names, {"src/base/a.hpp": "using bytes_view = int;\n"}, "PascalCase")
        self.fires(words.check_type_names, {"src/base/a.hpp": "template <class t, int n>\nstruct A {};\n"}, "parameter t")
        self.silent(words.check_type_names, {"src/base/a.hpp": "struct sqlite3;\ntemplate <>\nstruct hash<A> {\n};\n"
                                             "enum class A : int { b };\nusing value_type = int;\nusing std::swap;\n"})

    def test_empty_words(self):
        for name in ("LockManager", "StringHelper", "TimeUtil", "UserData", "InfoPage"):
            self.fires(words.check_type_names, {"src/base/a.hpp": f"class {name} {{\n}};\n"}, "says nothing")
        self.silent(words.check_type_names, {"src/base/a.hpp": "class Metadata {\n};\n"})

    def test_snake_case(self):
        self.fires(words.check_snake_case, {"src/base/a.cpp": "int itemCount = 0;\n"}, "itemCount")
        self.fires(words.check_snake_case, {"src/base/a.cpp": "constexpr int MAX_KEYS = 1;\n"}, "MAX_KEYS")
        self.fires(words.check_snake_case, {"src/base/a.hpp": "enum class A { first, Second };\n"}, "Second")
        self.silent(words.check_snake_case, {"src/base/a.cpp": "int item_count = foreign.fooBar(); // fooBar\n"})

    def test_private_members(self):
        self.fires(words.check_private_members, {"src/base/a.hpp": "class A {\n public:\n  int f();\n private:\n  int count;\n};\n"},
                   "count", 5)
        self.fires(words.check_private_members,
                   {"src/base/a.hpp": "class A {\n  std::map<int, std::function<void(int)>> m NACRE_GUARDED_BY(x) = {};\n};\n"}, "m")
        self.silent(words.check_private_members, {"src/base/a.hpp": "template <class T>\nstruct A {\n  T value{};\n};\n"
                                                  "class B {\n  int a_ = 0;\n  struct C {\n    int d = 0;\n  };\n  int f() const;\n"
                                                  "  void g(int a,\n         int* b = nullptr);\n};\n"})

    def test_macros(self):
        self.fires(words.check_macros, {"src/base/a.hpp": "#define CHECK(x) x\n"}, "begin with NACRE_")
        self.fires(words.check_macros, {"src/cache/a.hpp": "#define NACRE_X\n"}, "src/base/ only")
        self.silent(words.check_macros, {"src/base/a.hpp": "#define NACRE_X\n", "src/base/a.cpp": "#define XXH_INLINE_ALL\n"})

    def test_bans(self):
        cases = [
            ("src/cache/a.cpp", "std::regex x;", "std::regex"),
            ("src/cache/a.cpp", "auto t = std::chrono::system_clock::now();", "system_clock"),
            ("src/cache/a.cpp", "auto t = std::chrono::steady_clock::now();", "steady_clock"),
            ("tests/unit/a_test.cpp", "std::this_thread::sleep_for(1s);", "sleeping"),
            ("src/cache/a.cpp", "int a = std::rand();", "rand()"),
            ("src/cache/a.cpp", "std::random_device d;", "Random"),
            ("src/cache/a.cpp", "std::cout << 1;", "log hook"),
            ("src/cache/a.cpp", "std::printf(a);", "printf"),
            ("src/cache/a.cpp", "out << std::endl;", "std::endl"),
            ("src/cache/a.cpp", "auto f = [=] { };", "[=]"),
            ("src/server/a.cpp", "executor.try_post([&] { x(); });", "[&]"),
            ("src/server/a.cpp", "asio::post(io, [&, this] { x(); });", "[&]"),
            ("src/cache/a.cpp", "#if 0\n#endif", "#if 0"),
            ("src/cache/a.hpp", "using namespace std;", "using namespace"),
            ("src/cache/a.hpp", "std::mutex m;", "Mutex"),
            ("src/cache/a.cpp", "assert(x);", "NACRE_CHECK"),
            ("tests/unit/a_test.cpp", "GTEST_SKIP();", "switched-off"),
            ("src/cache/a.cpp", "#include <format>", "libstdc++ 12"),
            ("src/cache/a.cpp", "// TO" "DO: later", "open work"),
            ("tools/a.py", "# FIX" "ME", "open work"),
        ]
        for path, source, expected in cases:
            with self.subTest(source=source):
                self.fires(words.check_bans, {path: "int before;\n" + source + "\n"}, expected, 2)

    def test_bans_allow(self):
        self.silent(words.check_bans, {
            "src/base/clock.cpp": "auto t = std::chrono::system_clock::now();\nstd::mutex m;\n",
            "src/cli/main.cpp": "std::cout << 1;\n",
            "src/cache/a.cpp": 'std::for_each(a, b, [&](int x) { y(x); }); log("sleep_for"); // rand()\nint operand(int); x.brand();\n',
        })

    def test_co_await_in_the_engine(self):
        self.fires(words.check_co_await, {"src/cache/a.cpp": "co_return;\n"}, "engine")
        self.fires(words.check_co_await, {"include/nacre/cache.hpp": "co_return;\n"}, "engine")

    def co_await(self, statement: str) -> dict:
        return {"src/server/a.cpp": "asio::awaitable<void> Session::run() {\n  int x{0};\n" + statement + "\n}\n"}

    def test_co_await_beside_what_gcc_miscompiles(self):
        self.fires(words.check_co_await, self.co_await("co_await run([this] { x(); });"), "capturing lambda", 3)
        self.fires(words.check_co_await, self.co_await("auto a = co_await f(Options{1, 2});"), "brace")
        self.fires(words.check_co_await, self.co_await("co_await f({.a = 1});"), "brace")
        self.fires(words.check_co_await, self.co_await("auto a = ok ? co_await f() : 0;"), "?:")
        self.fires(words.check_co_await, self.co_await("if (co_await f(Options{1})) { x(); }"), "brace")

    def test_co_await_in_safe_forms(self):
        for statement in ("auto n = co_await stream.async_read(std::move(buffer), token);",
                          "if (co_await read(x)) {\n  y(A{1});\n}",
                          "while (co_await read(x)) {\n  auto f = [this] { z(); };\n}",
                          "for (;;) {\n  co_await read(a[1]);\n}",
                          "auto f = [this]() -> asio::awaitable<void> { co_await read(x); };",
                          "int y{1};\nco_await read(y);\nint z = y ? 1 : 2;"):
            with self.subTest(statement=statement):
                self.silent(words.check_co_await, self.co_await(statement))


class Tables(CheckCase):
    HEADER = {tables.ERROR_HEADER: "enum class Errc : int {\n  load_failed,\n  internal,\n};\n"}
    TABLE = {tables.ERROR_TABLE: '{Errc::load_failed, "cache.load_failed", 502, ""},\n{Errc::internal, "cache.internal", 500, ""}\n'}
    PAGE = {tables.ERROR_PAGE: "| `cache.load_failed` | 502 |\n| `cache.internal` | 500 |\n"}
    TEST = {"tests/unit/cache/a_test.cpp": "Errc::load_failed cache.internal"}

    def test_errors_agree(self):
        self.silent(tables.check_errors, self.HEADER | self.TABLE | self.PAGE | self.TEST)
        self.silent(tables.check_errors, self.HEADER)

    def test_errors_without_row_page_or_test(self):
        everything = self.HEADER | self.TABLE | self.PAGE | self.TEST
        self.fires(tables.check_errors, everything | {tables.ERROR_TABLE: "internal"}, "no row in src/base/error.cpp", 2)
        self.fires(tables.check_errors, everything | {tables.ERROR_PAGE: "| `cache.internal` | 500 |"}, "no row in docs/errors.md")
        self.fires(tables.check_errors, everything | {"tests/unit/cache/a_test.cpp": "Errc::internal"}, "no test raises Errc::load_failed")
        self.fires(tables.check_errors, everything | {tables.ERROR_PAGE: self.PAGE[tables.ERROR_PAGE].replace("502", "503")}, "502")
        self.fires(tables.check_errors, everything | {tables.ERROR_PAGE: self.PAGE[tables.ERROR_PAGE] + "| `cache.ghost` | 1 |"}, "ghost")

    def test_metrics(self):
        code = {"src/cache/a.cpp": 'counter("cache_hits_total");\n'}
        self.silent(tables.check_metrics, code)
        self.silent(tables.check_metrics, code | {tables.METRIC_PAGE: "| `cache_hits_total` |\n"})
        self.fires(tables.check_metrics, code | {tables.METRIC_PAGE: "\n"}, "is not in docs/metrics.md")
        self.fires(tables.check_metrics, code | {tables.METRIC_PAGE: "| `cache_hits_total` |\n| `nacre_ghost` |\n"}, "nacre_ghost")

    def test_promises(self):
        page = {tables.PROMISE_PAGE: "# It\n\n## P1 An invalidation wins\n\n| P4 | planned |\n"}
        self.fires(tables.check_promises, page, "P1 has no test", 3)
        self.fires(tables.check_promises, page | {"tests/a.cpp": "TEST(A, P11_x)"}, "P1 has no test")
        self.silent(tables.check_promises, page | {"tests/a.cpp": "TEST(FillGate, P1_drops_late_fills)"})

    def test_dependencies(self):
        page = {tables.DEPENDENCY_PAGE: "| `cmake` | It. |\n"}
        self.silent(tables.check_dependencies, page | {tables.SETUP: "to_build=(\n  cmake\n)\n"})
        self.fires(tables.check_dependencies, page | {tables.SETUP: "to_build=(cmake wrk)\n"}, "wrk has no reason")
        self.fires(tables.check_dependencies, page | {tables.SETUP: "to_build=()\n"}, "does not install cmake")
        self.fires(tables.check_dependencies, {tables.DEPENDENCY_PAGE: "", tables.SETUP: "to_build=(libboost-dev)\n"}, "conflicts")

    def test_changes(self):
        self.silent(tables.check_changes, {"changes/added/cache.md": "- One thing.\n", "changes/README.md": "# It\n"})
        self.fires(tables.check_changes, {"changes/new/cache.md": "- One\n"}, "a change is")
        self.fires(tables.check_changes, {"changes/added/cache.md": "# One\n"}, "list item")


class Pages(CheckCase):
    def test_titles(self):
        self.fires(pages.check_titles, {"docs/a.md": "text\n"}, "0 titles")
        self.fires(pages.check_titles, {"docs/a.md": "# A\n\n# B\n"}, "2 titles", 3)
        self.silent(pages.check_titles, {"docs/a.md": "# A\n\n```sh\n# comment\n```\n"})

    def test_links(self):
        self.silent(pages.check_links, {"docs/a.md": "# A\n[b](b.md#the-b) [c](../src/) [d](https://x.org/y) `[e](f)`\n",
                                        "docs/b.md": "# B\n## The b\n", "src/x.cpp": ""})
        self.fires(pages.check_links, {"docs/a.md": "# A\n[b](b.md)\n"}, "does not exist", 2)
        self.fires(pages.check_links, {"docs/a.md": "# A\n[b](#none)\n"}, "no heading")

    def test_reachable_and_required(self):
        self.fires(pages.check_reachable, {"README.md": "# A\n", "docs/a.md": "# A\n"}, "no other page")
        self.silent(pages.check_reachable, {"README.md": "# A\n[a](docs/a.md)\n", "docs/a.md": "# A\n"})
        self.fires(pages.check_required, {"README.md": "# A\n"}, "missing")
        self.silent(pages.check_required, {"docs/a.md": "# A\n"})

    def test_snippets(self):
        source = {"examples/a.cpp": "int main() {\n  // docs: begin hit\n  f(\n    x);\n  // docs: end hit\n}\n"}
        mark = "<!-- source: examples/a.cpp#hit -->\n"
        self.silent(pages.check_snippets, source | {"README.md": f"# A\n{mark}```cpp\nf(\n  x);\n```\n"})
        self.fires(pages.check_snippets, source | {"README.md": "# A\n```cpp\nf(x);\n```\n"}, "region of a compiled file", 2)
        self.fires(pages.check_snippets, source | {"README.md": f"# A\n{mark}```cpp\ng(x);\n```\n"}, "differs")
        self.fires(pages.check_snippets, source | {"README.md": "# A\n<!-- source: examples/a.cpp#miss -->\n```cpp\n```\n"}, "docs: begin miss")
        self.fires(pages.check_snippets, {"README.md": f"# A\n{mark}```cpp\n```\n"}, "no file of examples/")


class Programs(CheckCase):
    def test_header_that_does_not_compile_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            files = {"CMakeLists.txt": "project(nacre VERSION 1.2.3 LANGUAGES CXX)",
                     "cmake/version.hpp.in": "// @PROJECT_VERSION@ @PROJECT_VERSION_MAJOR@\n#pragma once\n",
                     "include/nacre/good.hpp": "// It.\n#pragma once\n#include <string>\nnamespace nacre { inline std::string x; }\n",
                     "include/nacre/bad.hpp": "// It.\n#pragma once\nstd::string y;\n",
                     "src/base/twice.hpp": "// It.\nstruct Twice {};\n"}
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            found = headers.check(Tree(files), root)
        self.assertEqual({"include/nacre/bad.hpp", "src/base/twice.hpp"}, {finding.path for finding in found})
        self.assertEqual(2, sum("bad" in finding.path for finding in found))   # by both compilers

    def test_config_docs(self):
        tree = Tree({config_docs.PAGE: "--print-config-docs\n"})
        self.assertEqual([], config_docs.check(tree, "/bin/echo"))
        self.assertEqual(1, len(config_docs.check(Tree({config_docs.PAGE: "old\n"}), "/bin/echo")))

    def test_exit_code_and_output_of_the_tool(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copytree(ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
            subprocess.run(["git", "init", "-q", root], check=True)
            def tidy():
                return subprocess.run([root / "tools/tidy"], capture_output=True, text=True)
            clean = tidy()
            (root / "bench").mkdir()
            (root / "bench/x.hpp").write_text("// It.\n#pragma once\nauto x = NULL;\n")
            found = tidy()
        self.assertEqual((0, ""), (clean.returncode, clean.stdout))
        self.assertEqual((1, "bench/x.hpp:3: NULL: nullptr\n"), (found.returncode, found.stdout))


if __name__ == "__main__":
    unittest.main()
