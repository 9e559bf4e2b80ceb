"""Names, banned words with what to write instead, and what may stand beside co_await."""
import re

from tidying.layers import module_of
from tidying.scopes import own_text, scopes_of
from tidying.text import CPP_FOLDERS, PRODUCT_FOLDERS, Finding, Tree, line_at

BANNED_IN_TYPES = ("Manager", "Helper", "Util", "Utils", "Data", "Info")

# Aliases whose spelling the standard library or Asio fixes.
_FIXED_ALIASES = {"value_type", "key_type", "mapped_type", "size_type", "difference_type", "pointer",
                  "reference", "const_reference", "iterator", "const_iterator", "iterator_category",
                  "iterator_concept", "element_type", "result_type", "argument_type", "is_transparent",
                  "is_avalanching", "executor_type", "allocator_type", "promise_type", "char_type",
                  "type", "tcp", "rebind", "other"}

_TYPE = re.compile(r"(?<!friend )(?<!\w)(class|struct|union|enum class|enum struct|enum|concept)\s+"
                   r"(?:(?:alignas\s*\([^)]*\)|\[\[[^\]]*\]\]|NACRE_\w+(?:\([^)]*\))?)\s+)*"
                   r"([A-Za-z_]\w*)(?=\s*(?:final\s*)?[:{=<])(?!\s*::)")
_ALIAS = re.compile(r"\busing\s+([A-Za-z_]\w*)\s*(?:\[\[[^\]]*\]\]\s*)?=")
_PARAMETER = re.compile(r"\b(?:typename|class)(?:\s*\.\.\.)?\s+([a-z_]\w*)\s*(?=[,>=])")
_CAMEL = re.compile(r"(?<![\w.:>#])[a-z][a-z0-9]*[A-Z]\w*")
_SHOUTED = re.compile(r"\b(?:constexpr|const|inline|static)\b[^;=(){}]*?\b([A-Z][A-Z0-9]*_[A-Z0-9_]*|[A-Z]{3,})\s*(?=[={\[])")


def _words_of(name: str) -> list:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+", name)


def check_type_names(tree: Tree) -> list:
    findings = []
    for path in tree.matching(*CPP_FOLDERS):
        code = tree.code(path)
        for match in _TYPE.finditer(code):
            # A specialisation names somebody else's template.
            if re.search(r"template\s*<\s*>\s*$", code[:match.start()]):
                continue
            name, line = match[2], line_at(code, match.start(2))
            if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
                findings.append(Finding(path, line, f"type {name}: types are PascalCase"))
            for word in set(_words_of(name)) & set(BANNED_IN_TYPES):
                findings.append(Finding(path, line, f"type {name}: `{word}` says nothing; name what it does"))
        for match in _ALIAS.finditer(code):
            if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", match[1]) and match[1] not in _FIXED_ALIASES:
                findings.append(Finding(path, line_at(code, match.start(1)), f"type {match[1]}: types are PascalCase"))
        for match in _PARAMETER.finditer(code):
            findings.append(Finding(path, line_at(code, match.start(1)),
                                    f"template parameter {match[1]}: PascalCase"))
    return findings


def check_snake_case(tree: Tree) -> list:
    findings = []
    for path in tree.matching(*PRODUCT_FOLDERS):
        code = tree.code(path)
        code = re.sub(r"^[ \t]*#[^\n]*", "", code, flags=re.MULTILINE)
        for match in _CAMEL.finditer(code):
            findings.append(Finding(path, line_at(code, match.start()), f"{match[0]}: names are snake_case"))
        for match in _SHOUTED.finditer(code):
            findings.append(Finding(path, line_at(code, match.start(1)), f"{match[1]}: constants are snake_case"))
        for scope in scopes_of(code):
            if scope.kind != "enum":
                continue
            for match in re.finditer(r"(?:^|,)\s*([A-Za-z_]\w*)", own_text(code, scope)):
                if not re.fullmatch(r"[a-z][a-z0-9_]*", match[1]):
                    findings.append(Finding(path, line_at(code, scope.begin + 1 + match.start(1)),
                                            f"enumerator {match[1]}: enumerators are snake_case"))
    return findings


def _private_members(code: str):
    """(offset, name) of members declared on one line below `private:`."""
    for scope in scopes_of(code):
        if scope.kind != "class":
            continue
        access = "public" if scope.is_struct else "private"
        offset = scope.begin + 1
        for line in own_text(code, scope).splitlines(keepends=True):
            if label := re.match(r"\s*(public|private|protected)\s*:", line):
                access = label[1]
            elif access == "private":
                text = re.sub(r"NACRE_\w+\([^)]*\)", "", line)
                while (shorter := re.sub(r"<[^<>]*>", "", text)) != text:
                    text = shorter
                member = re.match(r"\s+(?!using|friend|static|struct|class|enum|template|typedef|return|union)"
                                  r"(?:(?:mutable|const|alignas\([^)]*\))\s+)*[\w:]+(?:\s+const)?[\s*&]+(\w+)\s*"
                                  r"(?:\{[^{}]*\}|=[^;()]*)?;\s*$", text)
                if member:
                    yield offset + line.rfind(member[1]), member[1]
            offset += len(line)


def check_private_members(tree: Tree) -> list:
    findings = []
    for path in tree.matching(*PRODUCT_FOLDERS):
        code = tree.code(path)
        findings += [Finding(path, line_at(code, offset), f"private member {name}: ends in `_`")
                     for offset, name in _private_members(code) if not name.endswith("_")]
    return findings


_FOREIGN_MACROS = ("BOOST_", "XXH_", "TOML_", "CLI11_", "SPDLOG_", "FMT_", "OPENSSL_")


def check_macros(tree: Tree) -> list:
    findings = []
    for path in tree.matching("src/", "include/", "examples/"):
        for match in re.finditer(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", tree.code(path), re.MULTILINE):
            line = line_at(tree.code(path), match.start(1))
            if path.endswith(".cpp") and match[1].startswith(_FOREIGN_MACROS):
                continue                              # configures a library before its include
            if not match[1].startswith("NACRE_"):
                findings.append(Finding(path, line, f"macro {match[1]}: macros begin with NACRE_"))
            elif not path.startswith("src/base/"):
                findings.append(Finding(path, line, f"macro {match[1]}: macros live in src/base/ only"))
    return findings


def _outside_base(path: str) -> bool:
    return path.startswith(PRODUCT_FOLDERS) and module_of(path) != "base"


def _is_product(path: str) -> bool:
    return path.startswith(PRODUCT_FOLDERS)


def _is_library(path: str) -> bool:
    return _is_product(path) and module_of(path) not in ("server", "cli")


def _needs_fake_time(path: str) -> bool:
    return _outside_base(path) or path.startswith(("tests/unit/", "tests/contract/"))


def _may_not_print(path: str) -> bool:
    # A broken invariant is reported without allocating, just before the process stops.
    return _is_product(path) and path != "src/base/check.cpp"


def _is_cpp(path: str) -> bool:
    return path.startswith(CPP_FOLDERS)


# (pattern, where, what to do instead). Patterns see code with comments and literals blanked.
BANS = [
    (r"\bstd::w?regex\b", _is_product, "std::regex: recurses on the stack; write a small parser or use base/glob.hpp"),
    (r"\bsystem_clock::(?:now|to_time_t|from_time_t)\b", _needs_fake_time, "system_clock::now: take nacre::Clock"),
    (r"\bsteady_clock::now\b", _needs_fake_time, "steady_clock::now: take nacre::Clock"),
    (r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b", _needs_fake_time,
     "sleeping: wait for the condition with a Deadline, or advance FakeClock"),
    (r"(?<![\w.:>])(?:std::)?s?rand\s*\(", _is_cpp, "rand(): take base/random.hpp's Random"),
    (r"\bstd::(?:random_device|mt19937\w*)\b", _outside_base, "take base/random.hpp's Random"),
    (r"\bstd::(?:cout|cerr|clog)\b", _is_library, "std::cout in the library: use the log hook"),
    (r"(?<![\w.:>])(?:std::)?(?:f|s|sn|vsn|v|vf)?printf\s*\(", _may_not_print, "printf: use fmt"),
    (r"\bstd::endl\b", _is_cpp, "std::endl flushes: write '\\n'"),
    (r"(?<![\w\])])\[\s*=\s*[,\]]", _is_cpp, "[=]: capture by name"),
    (r"\b(?:try_post|post|dispatch|defer|co_spawn|async_\w+|j?thread|subscribe|call_at|run_at)\s*\((?:[^;{}]*?[,(]\s*)?\[\s*&\s*[,\]]",
     _is_product, "[&] in work that outlives the block: capture by name"),
    (r"^\s*#\s*if\s+0\b", _is_cpp, "#if 0: delete what is dead"),
    (r"\busing\s+namespace\s+(?!\w*(?:std::)?(?:chrono_literals|string_literals|string_view_literals|literals))",
     lambda path: _is_cpp(path) and path.endswith(".hpp"), "using namespace in a header"),
    (r"\bstd::(?:recursive_|shared_|timed_)?mutex\b", _outside_base,
     "std::mutex: use base/mutex.hpp's Mutex, which the compiler checks"),
    (r"(?<![\w.:>])assert\s*\(", _is_product, "assert(): use NACRE_CHECK, which stays on in release"),
    (r"\bNULL\b", _is_cpp, "NULL: nullptr"),
    (r"\bGTEST_SKIP\b|\bDISABLED_\w+", lambda path: path.startswith("tests/"), "a switched-off test: mend it or delete it"),
    (r"\bstd::(?:expected|format)\b|^\s*#\s*include\s*<(?:format|expected)>", _is_cpp, "libstdc++ 12 has none: use fmt, or a type of our own"),
]
_BANS = [(re.compile(pattern, re.MULTILINE), where, message) for pattern, where, message in BANS]

_OPEN_WORK = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")


def check_bans(tree: Tree) -> list:
    findings = []
    for path in tree.matching():
        code = tree.code(path)
        for pattern, where, message in _BANS:
            if where(path):
                findings += [Finding(path, line_at(code, match.start() + len(match[0]) - len(match[0].lstrip())), message)
                             for match in pattern.finditer(code)]
    for path in tree.matching(ends=(".cpp", ".hpp", ".py", ".cmake", "CMakeLists.txt", ".ts", ".tsx", ".toml",
                                    "Makefile", ".sh")):
        findings += [Finding(path, number, "open work is an issue, or it is done")
                     for number, line in tree.numbered(path) if _OPEN_WORK.search(line)]
    return findings


ENGINE = ("base", "tier", "codec", "coherence", "memory", "disk", "cache")
_CONTROL = re.compile(r"^\s*(?:\}?\s*else\s+)?(?:if(?:\s+constexpr)?|while|for|switch)\s*\(")
_CAPTURING = re.compile(r"(?<![\w\])\[])\s*\[(?!\[)[^\[\]\n]+\]\s*(?:\(|\{|mutable|noexcept)")


def _opens_block(code: str, brace: int) -> bool:
    before = code[max(0, brace - 200):brace].rstrip()
    if not before or before[-1] in ");{}:" or re.search(r"\b(?:else|do|try|noexcept|mutable|const|override|final)$", before):
        return True
    return bool(re.search(r"->\s*[\w:<>,\s*&]+$", before))


def _statement_around(code: str, offset: int) -> tuple:
    """(begin, end) of the statement that holds `offset`; a condition without its block."""
    begin, depth = offset, 0
    while begin > 0:
        symbol = code[begin - 1]
        if symbol in ")]":
            depth += 1
        elif symbol in "([":
            depth -= 1
        elif symbol == ";" and depth == 0 or symbol == "}" and depth == 0:
            break
        elif symbol == ";" and depth < 0 and not re.search(r"\bfor\s*\([^()]*$", code[:begin - 1]):
            break
        elif symbol == "{" and _opens_block(code, begin - 1):
            break
        begin -= 1
    is_control = bool(_CONTROL.match(code[begin:offset]))
    end, parens, braces, seen = begin, 0, 0, False
    while end < len(code):
        symbol = code[end]
        if symbol == "(":
            parens, seen = parens + 1, True
        elif symbol == ")":
            parens -= 1
            if is_control and seen and parens == 0 and braces == 0:
                end += 1
                break
        elif symbol == "{":
            braces += 1
        elif symbol == "}":
            braces -= 1
            if braces < 0:
                break
        elif symbol == ";" and parens <= 0 and braces <= 0:
            break
        end += 1
    return begin, end


def check_co_await(tree: Tree) -> list:
    """GCC 12 destroys temporaries of such statements twice, silently (docs/decisions.md)."""
    findings = []
    for path in tree.matching(*CPP_FOLDERS):
        code = tree.code(path)
        words = list(re.finditer(r"\bco_(await|return|yield)\b", code))
        if words and (path.startswith("include/") or module_of(path) in ENGINE):
            findings.append(Finding(path, line_at(code, words[0].start()), "a coroutine in the engine: "
                                    "coroutines begin above cache/"))
        seen = set()
        for word in words:
            if word[1] != "await":
                continue
            begin, end = _statement_around(code, word.start())
            if begin in seen:
                continue
            seen.add(begin)
            statement = code[begin:end]
            trouble = ("a capturing lambda" if _CAPTURING.search(statement) else
                       "a brace-initialised temporary" if "{" in statement else
                       "?:" if "?" in statement else None)
            if trouble:
                findings.append(Finding(path, line_at(code, word.start()), f"{trouble} beside co_await, which GCC 12 "
                                        "miscompiles: give it a name in a statement before"))
    return findings


CHECKS = [check_type_names, check_snake_case, check_private_members, check_macros, check_bans, check_co_await]
