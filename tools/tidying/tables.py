"""That the code, its tests and docs/ say the same: errors, metrics, promises, dependencies, changes."""
import re

from tidying.text import Finding, Tree, line_at

ERROR_HEADER = "include/nacre/error.hpp"
ERROR_TABLE = "src/base/error.cpp"
ERROR_PAGE = "docs/errors.md"
METRIC_PAGE = "docs/metrics.md"
PROMISE_PAGE = "docs/consistency.md"
DEPENDENCY_PAGE = "docs/dependencies.md"
SETUP = "tools/setup"
CHANGE_KINDS = ("added", "changed", "fixed", "removed", "security")


def _line_of(text: str, pattern: str) -> int:
    match = re.search(pattern, text, re.MULTILINE)
    return line_at(text, match.start()) if match else 1


def _enumerators(tree: Tree):
    """(name, line) of each nacre::Errc."""
    code = tree.code(ERROR_HEADER)
    enum = re.search(r"enum class Errc[^{]*\{([^}]*)\}", code)
    for match in re.finditer(r"([a-z_]\w*)\s*(?:=[^,]*)?(?:,|$)", enum[1].rstrip()) if enum else ():
        yield match[1], line_at(code, enum.start(1) + match.start(1))


def check_errors(tree: Tree) -> list:
    """Each code has a row in the table, a row in the docs with the same status, and a test."""
    if ERROR_HEADER not in tree:
        return []
    findings = []
    codes = dict(_enumerators(tree))
    table = tree.uncommented(ERROR_TABLE) if ERROR_TABLE in tree else None
    page = tree.text(ERROR_PAGE) if ERROR_PAGE in tree else None
    tests = "\n".join(tree.text(path) for path in tree.matching("tests/", ends=(".cpp", ".hpp", ".py"))
                      if not path.endswith("/base/error_test.cpp"))
    statuses = dict(re.findall(r'"cache\.(\w+)"\s*,\s*(\d{3})', table or ""))
    for code, line in codes.items():
        if table is not None and not re.search(rf"\b{code}\b", table):
            findings.append(Finding(ERROR_HEADER, line, f"Errc::{code} has no row in {ERROR_TABLE}"))
        if page is not None:
            row = re.search(rf"^\|.*`cache\.{code}`.*$", page, re.MULTILINE)
            if not row:
                findings.append(Finding(ERROR_HEADER, line, f"Errc::{code} has no row in {ERROR_PAGE}"))
            elif code in statuses and not re.search(rf"\b{statuses[code]}\b", row[0]):
                findings.append(Finding(ERROR_PAGE, line_at(page, row.start()),
                                        f"cache.{code} is answered with {statuses[code]}, the page says otherwise"))
        if tests and not re.search(rf"\bErrc::{code}\b|\bcache\.{code}\b", tests):
            findings.append(Finding(ERROR_HEADER, line, f"no test raises Errc::{code} "
                                                        "(the test of the table itself does not count)"))
    if page is not None:
        for match in re.finditer(r"^\|\s*`cache\.(\w+)`", page, re.MULTILINE):
            if match[1] not in codes:
                findings.append(Finding(ERROR_PAGE, line_at(page, match.start()), f"cache.{match[1]} is no code of nacre::Errc"))
    return findings


_METRIC = re.compile(r'"((?:cache|nacre)_[a-z0-9_]+)"')


def check_metrics(tree: Tree) -> list:
    """Every literal that looks like a metric's name stands in docs/metrics.md, and the other way."""
    if METRIC_PAGE not in tree:
        return []
    page = tree.text(METRIC_PAGE)
    findings, used = [], set()
    for path in tree.matching("src/", "include/"):
        text = tree.uncommented(path)
        for match in _METRIC.finditer(text):
            used.add(match[1])
            if f"`{match[1]}`" not in page:
                findings.append(Finding(path, line_at(text, match.start()), f"metric {match[1]} is not in {METRIC_PAGE}"))
    for match in re.finditer(r"^\|\s*`((?:cache|nacre)_\w+)`", page, re.MULTILINE):
        if match[1] not in used:
            findings.append(Finding(METRIC_PAGE, line_at(page, match.start()), f"no code exports {match[1]}"))
    return findings


def check_promises(tree: Tree) -> list:
    """A promise that docs/consistency.md makes (a heading, row or item that begins with P1..P11,
    and does not say "planned") has tests named for it."""
    if PROMISE_PAGE not in tree:
        return []
    tests = "\n".join(tree.text(path) for path in tree.matching("tests/", ends=(".cpp", ".py")))
    findings, seen = [], set()
    for number, line in tree.numbered(PROMISE_PAGE):
        match = re.match(r"(?:#+\s+|[-*]\s+|\|\s*)?\**P(\d{1,2})\b", line)
        if not match or match[1] in seen or "planned" in line:
            continue
        seen.add(match[1])
        if not re.search(rf"\b(?:test_)?P{match[1]}_\w+", tests):
            findings.append(Finding(PROMISE_PAGE, number, f"P{match[1]} has no test named P{match[1]}_..."))
    return findings


def check_dependencies(tree: Tree) -> list:
    if SETUP not in tree or DEPENDENCY_PAGE not in tree:
        return []
    setup, page = tree.text(SETUP), tree.text(DEPENDENCY_PAGE)
    lists = re.findall(r"^to_\w+=\(([^)]*)\)", setup, re.MULTILINE)
    installed = set(" ".join(lists).split())
    explained = set(re.findall(r"^\| `([a-z0-9.+-]+)` \|", page, re.MULTILINE))
    findings = [Finding(SETUP, _line_of(setup, re.escape(name)), f"{name} has no reason in {DEPENDENCY_PAGE}")
                for name in installed - explained]
    findings += [Finding(DEPENDENCY_PAGE, _line_of(page, re.escape(f"`{name}`")), f"{SETUP} does not install {name}")
                 for name in explained - installed]
    findings += [Finding(SETUP, _line_of(setup, re.escape(name)), f"{name} conflicts with Boost 1.81")
                 for name in installed if re.fullmatch(r"libboost(-\w+)?-dev|libmsgpack\S*", name)]
    return findings


def check_changes(tree: Tree) -> list:
    """changes/KIND/NAME.md: one entry, one line of Markdown list text each."""
    findings = []
    for path in tree.paths:
        if not path.startswith("changes/") or path == "changes/README.md" or path.endswith("/.gitkeep"):
            continue
        parts = path.split("/")
        if len(parts) != 3 or parts[1] not in CHANGE_KINDS or not re.fullmatch(r"[a-z0-9-]+\.md", parts[2]):
            findings.append(Finding(path, 1, f"a change is changes/<{'|'.join(CHANGE_KINDS)}>/some-name.md"))
        elif not tree.text(path).startswith("- ") or len(tree.text(path).strip().splitlines()) > 5:
            findings.append(Finding(path, 1, "an entry is one list item, `- ...`, of at most five lines"))
    return findings


CHECKS = [check_errors, check_metrics, check_promises, check_dependencies, check_changes]
