"""Lengths, how headers begin, wide interfaces, and files no target knows."""
import pathlib
import re

from tidying.scopes import own_text, scopes_of
from tidying.text import CPP_FOLDERS, PRODUCT_FOLDERS, Finding, Tree, line_at

FILE_LINES = 600
PUBLIC_HEADER_LINES = 250
FUNCTION_LINES = 70
COLUMNS = 100
MODULE_README_LINES = 40
INTERFACE_METHODS = 7

RATCHET = "tools/tidying/ratchet.txt"


def _measured(tree: Tree):
    """(path, line, kind, lines, limit) of everything that has a limit."""
    for path in tree.matching(*CPP_FOLDERS) + tree.matching("tools/", ends=(".py", "tools/tidy")):
        lines = len(tree.text(path).splitlines())
        yield path, 1, "file", lines, FILE_LINES
        if path.startswith("include/"):
            yield path, 1, "header", lines, PUBLIC_HEADER_LINES
    for path in tree.matching(*CPP_FOLDERS):
        code = tree.code(path)
        for scope in scopes_of(code):
            if scope.kind == "function":
                first = line_at(code, scope.begin)
                name = re.findall(r"(~?\w+)\s*\(", scope.head)
                yield (path, first, name[0] if name else "function",
                       line_at(code, scope.end) - first + 1, FUNCTION_LINES)


def check_lengths(tree: Tree) -> list:
    findings, allowed, ceiling = [], {}, 0
    if RATCHET in tree:
        for number, line in tree.numbered(RATCHET):
            if match := re.match(r"# At most (\d+) lines", line):
                ceiling = int(match[1])
            elif line.strip() and not line.startswith("#"):
                path, kind, lines = line.split()
                allowed[path, kind] = (int(lines), number)
        if len(allowed) > ceiling:
            findings.append(Finding(RATCHET, 1, f"{len(allowed)} exceptions, {ceiling} allowed: the list only shrinks"))
    used = set()
    for path, line, kind, lines, limit in _measured(tree):
        if lines <= limit:
            continue
        permitted, number = allowed.get((path, kind), (limit, 0))
        used.add((path, kind))
        if lines > permitted:
            findings.append(Finding(path, line, f"{kind} has {lines} lines, at most {permitted}: split it by idea"))
        elif lines < permitted:
            findings.append(Finding(RATCHET, number, f"{path} {kind} has {lines} lines now: lower its number"))
    findings += [Finding(RATCHET, number, f"{path} {kind} needs no exception any more: remove the line")
                 for (path, kind), (_, number) in allowed.items() if (path, kind) not in used]
    return findings


def check_columns(tree: Tree) -> list:
    return [Finding(path, number, f"line has {len(line)} columns, at most {COLUMNS}")
            for path in tree.matching(*CPP_FOLDERS) for number, line in tree.numbered(path)
            if len(line) > COLUMNS and " " in line.strip().removeprefix("//").strip()]


def check_header_begin(tree: Tree) -> list:
    findings = []
    for path in tree.matching(*CPP_FOLDERS, ends=(".hpp",)):
        if not tree.text(path).startswith("// "):
            findings.append(Finding(path, 1, "a header begins with a comment that says its purpose"))
        first_code = tree.uncommented(path).lstrip()
        if not first_code.startswith("#pragma once"):
            findings.append(Finding(path, 1, "`#pragma once` comes right after the purpose"))
    return findings


def check_interfaces(tree: Tree) -> list:
    findings = []
    for path in tree.matching(*PRODUCT_FOLDERS):
        code = tree.code(path)
        for scope in scopes_of(code):
            if scope.kind != "class":
                continue
            methods = re.findall(r"\bvirtual\b[^;]*=\s*0\s*;", own_text(code, scope))
            if len(methods) > INTERFACE_METHODS:
                findings.append(Finding(path, line_at(code, scope.begin),
                                        f"an interface with {len(methods)} methods, at most {INTERFACE_METHODS}"))
    return findings


def check_module_pages(tree: Tree) -> list:
    findings = []
    modules = {path.split("/")[1] for path in tree.matching("src/", ends=(".cpp", ".hpp")) if path.count("/") > 1}
    for module in sorted(modules):
        page = f"src/{module}/README.md"
        if page not in tree:
            findings.append(Finding(f"src/{module}/CMakeLists.txt", 1, f"{page} is missing: purpose, entry file, "
                                                                       "invariants, cost, lock order, tests"))
        elif (lines := len(tree.text(page).splitlines())) > MODULE_README_LINES:
            findings.append(Finding(page, 1, f"has {lines} lines, at most {MODULE_README_LINES}"))
    return findings


def check_dead_files(tree: Tree) -> list:
    """Every .cpp stands in some CMakeLists.txt: by its path from there, or by its last folder and name."""
    lists = {str(pathlib.PurePosixPath(path).parent): re.sub(r"#[^\n]*", "", tree.text(path))
             for path in tree.matching(ends=("CMakeLists.txt",))}
    everything = "\n".join(lists.values())

    def stands_in(text: str, name: str) -> bool:
        return bool(re.search(rf"(^|[\s\"(/]){re.escape(name)}($|[\s\")])", text, re.MULTILINE))

    findings = []
    for path in tree.matching(*CPP_FOLDERS, ends=(".cpp",)):
        file = pathlib.PurePosixPath(path)
        above = [parent for parent in file.parents if str(parent) in lists]
        if not any(stands_in(lists[str(parent)], str(file.relative_to(parent))) for parent in above) \
                and not stands_in(everything, f"{file.parent.name}/{file.name}"):
            findings.append(Finding(path, 1, "no CMakeLists.txt names this file"))
    return findings


CHECKS = [check_lengths, check_columns, check_header_begin, check_interfaces, check_module_pages,
          check_dead_files]
