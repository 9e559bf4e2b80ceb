"""Who may include whom, and where heavy libraries may appear. The table is src/README.md's."""
import fnmatch
import pathlib
import re

from tidying.text import Finding, Tree, line_at

# An include goes to a lower row only: never sideways, never up.
ROWS = [
    ("base",),
    ("tier", "codec", "resp"),
    ("coherence", "redis"),
    ("cache", "memory", "disk", "remote"),
    ("coordination",),
    ("http", "assembly"),
    ("server", "cli"),
]
ROW_OF = {module: row for row, modules in enumerate(ROWS) for module in modules}

# A public header counts as the module that implements it.
PUBLIC = {
    "base": ("error", "outcome", "deadline", "clock", "fake_clock", "executor", "log", "version",
             "value", "metrics", "glob"),
    "tier": ("tier", "validators", "lookup", "inspection", "events",
             "memory_options", "remote_options", "tier_status"),
    "codec": ("codec", "weight", "structure*", "json", "messagepack", "describe*"),
    "cache": ("cache", "cache_options", "async_cache", "options", "loader", "entry", "stats",
              "selector", "explain"),
    "coordination": ("lock", "jobs", "pubsub"),
    "redis": ("redis",),
    "assembly": ("settings", "caches"),
    "http": ("http_cache",),
}

# Heavy libraries: what their includes look like, and the only files of src/ that may have them.
# They cost seconds for each file that includes them, so headers are listed one by one.
_ASIO_FILES = ("src/server/*.cpp", "src/server/*_session.hpp", "src/http/*.cpp", "src/cli/client.cpp",
               "src/redis/io_threads.cpp", "src/redis/transport.cpp", "src/redis/tls.cpp")
HEAVY = {
    "Asio": (r"boost/asio", _ASIO_FILES),
    "Beast": (r"boost/beast", _ASIO_FILES),
    "Boost.JSON": (r"boost/json", ("src/codec/json*.cpp", "src/server/*.cpp", "src/cli/*.cpp")),
    "toml++": (r"toml(\+\+|\.hpp|plusplus)", ("src/assembly/settings_toml.cpp",)),
    "CLI11": (r"CLI/", ("src/cli/*.cpp", "src/server/flags.cpp", "src/server/main.cpp")),
    "OpenSSL": (r"openssl/", ("src/http/*.cpp", "src/server/*.cpp", "src/cli/*.cpp", "src/redis/transport.cpp",
                             "src/redis/tls.cpp", "src/redis/script.cpp")),
    "spdlog": (r"spdlog/", ("src/server/*.cpp", "src/cli/*.cpp")),
}

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


def includes_of(tree: Tree, path: str):
    """(line, name, is_quoted) of each #include."""
    source = tree.uncommented(path)
    for match in _INCLUDE.finditer(source):
        yield line_at(source, match.start()), match[1] or match[2], bool(match[1])


def public_module(name: str):
    """Module of a public header such as "nacre/error.hpp", or None."""
    stem = name.removeprefix("nacre/").removesuffix(".hpp")
    for module, stems in PUBLIC.items():
        if any(fnmatch.fnmatchcase(stem, pattern) for pattern in stems):
            return module
    return None


def module_of(path: str):
    """Module a file of src/ or include/ belongs to, or None."""
    parts = pathlib.PurePosixPath(path).parts
    if parts[:2] == ("include", "nacre"):
        return public_module("/".join(parts[1:]))
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def _names(modules) -> str:
    return ", ".join(sorted(modules)) or "nothing of ours"


def check_rows(tree: Tree) -> list:
    findings = []
    for path in tree.matching("src/", "include/"):
        is_public = path.startswith("include/")
        if path == "include/nacre/nacre.hpp":
            continue
        module = module_of(path)
        if module not in ROW_OF:
            where = "PUBLIC" if is_public else "ROWS"
            findings.append(Finding(path, 1, f"module not in {where} of tools/tidying/layers.py"))
            continue
        lower = [name for name, row in ROW_OF.items() if row < ROW_OF[module]]
        for line, name, is_quoted in includes_of(tree, path):
            if name == "nacre/nacre.hpp":
                findings.append(Finding(path, line, "nacre/nacre.hpp is for users: include what is used"))
                continue
            if name.startswith("nacre/"):
                target = public_module(name)
            elif is_quoted:
                target = name.split("/")[0] if "/" in name else None
            else:
                continue
            if target not in ROW_OF:
                findings.append(Finding(path, line, f'"{name}" is no known module\'s header: write includes '
                                                    'from src/ ("base/glob.hpp") or as "nacre/error.hpp"'))
            elif is_public and not name.startswith("nacre/"):
                findings.append(Finding(path, line, f'a public header includes the private "{name}"'))
            elif target != module and target not in lower:
                findings.append(Finding(path, line, f'{module} includes "{name}" of {target}; '
                                                    f"{module} may include {_names(lower)}"))
    return findings


def check_public_headers(tree: Tree) -> list:
    """Public headers use the standard library and each other only."""
    findings = []
    for path in tree.matching("include/"):
        is_describe = pathlib.PurePosixPath(path).name.startswith("describe")
        for line, name, _ in includes_of(tree, path):
            if name.startswith("nacre/") or re.fullmatch(r"[a-z_0-9]+", name):
                continue
            if is_describe and re.match(r"boost/(describe|mp11)", name):
                continue
            findings.append(Finding(path, line, f"a public header includes <{name}>: "
                                                "standard library and nacre/ only"))
    return findings


def check_exported(tree: Tree) -> list:
    """The library hides its symbols; what public headers declare is what it exports."""
    findings = []
    for path in tree.matching("include/"):
        code = tree.code(path)
        names = re.search(r"^namespace nacre\b", code, re.MULTILINE)
        push = code.find("#pragma GCC visibility push(default)")
        pop = code.find("#pragma GCC visibility pop")
        if names and not (0 <= push < names.start() < pop and not _INCLUDE.search(code, push)):
            findings.append(Finding(path, line_at(code, names.start()),
                                    "the shared library would not export this: put `#pragma GCC visibility "
                                    "push(default)` before namespace nacre, below the includes, and `pop` after"))
    return findings


def check_heavy(tree: Tree) -> list:
    findings = []
    for path in tree.matching("src/"):
        for line, name, _ in includes_of(tree, path):
            for library, (pattern, allowed) in HEAVY.items():
                if re.match(pattern, name) and not any(fnmatch.fnmatchcase(path, glob) for glob in allowed):
                    findings.append(Finding(path, line, f"{library} only in {', '.join(allowed)}: "
                                                        "put it behind a narrow header"))
    return findings


def check_examples(tree: Tree) -> list:
    """Examples show what a user can do, so they use public headers; the origin knows no cache."""
    findings = []
    for path in tree.matching("examples/"):
        for line, name, is_quoted in includes_of(tree, path):
            if path.startswith("examples/catalogue/") and name.startswith("nacre/"):
                findings.append(Finding(path, line, "the example origin knows nothing of nacre"))
            if is_quoted and f"src/{name}" in tree:
                findings.append(Finding(path, line, f'an example includes the private "{name}"'))
    return findings


def check_own_header_first(tree: Tree) -> list:
    findings = []
    for path in tree.matching("src/", ends=(".cpp",)):
        own = path.removeprefix("src/").removesuffix(".cpp") + ".hpp"
        public = "nacre/" + pathlib.PurePosixPath(own).name
        expected = [own] if f"src/{own}" in tree else []
        if f"include/{public}" in tree and public_module(public) == module_of(path):
            expected.append(public)
        first = next(iter(includes_of(tree, path)), None)
        if expected and first and first[1] not in expected:
            findings.append(Finding(path, first[0], f'the first include is its own header, "{expected[0]}"'))
    return findings


def check_no_test_code(tree: Tree) -> list:
    findings = []
    for path in tree.matching("src/", "include/"):
        if re.search(r"(_test|_mock)\.(cpp|hpp)$|/mock_", path):
            findings.append(Finding(path, 1, "test code belongs in tests/"))
        for line, name, _ in includes_of(tree, path):
            if re.match(r"(gtest|gmock|rapidcheck|benchmark|support)/|rapidcheck\.h", name):
                findings.append(Finding(path, line, f"<{name}> is test code: it belongs in tests/"))
    return findings


def check_unused_headers(tree: Tree) -> list:
    used = {name for path in tree.matching() for _, name, _ in includes_of(tree, path)}
    return [Finding(path, 1, "no file includes this header")
            for path in tree.matching("src/", ends=(".hpp",)) if path.removeprefix("src/") not in used]


CHECKS = [check_rows, check_public_headers, check_exported, check_heavy, check_examples, check_own_header_first,
          check_no_test_code, check_unused_headers]
