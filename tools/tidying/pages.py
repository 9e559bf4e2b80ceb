"""Markdown: one title, links that lead somewhere, and C++ that is a region of a compiled file."""
import posixpath
import re
import textwrap

from tidying.text import Finding, Tree

# Once the project has a README it has these too.
REQUIRED = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE", "src/README.md",
            "docs/architecture.md", "docs/consistency.md", "docs/configuration.md", "docs/rest.md",
            "docs/errors.md", "docs/metrics.md", "docs/dependencies.md", "docs/benchmarks.md")

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]]*\]\(([^)\s]+)\)")
_SOURCE = re.compile(r"<!--\s*source:\s*([^\s#]+)#([\w-]+)\s*-->")


def _pages(tree: Tree) -> list:
    return [path for path in tree.paths if path.endswith(".md")
            and not (path.startswith("changes/") and path != "changes/README.md")]


def _split(text: str):
    """(prose lines as (number, line), fences as (number, language, body, line above))."""
    prose, fences, fence, above = [], [], None, ""
    for number, line in enumerate(text.splitlines(), 1):
        opening = re.match(r"\s*(```+|~~~+)\s*([\w+-]*)", line)
        if fence is None and opening:
            fence = (number, opening[2], [], above, opening[1])
        elif fence is not None and line.strip() == fence[4]:
            fences.append((fence[0], fence[1], "\n".join(fence[2]), fence[3]))
            fence = None
        elif fence is not None:
            fence[2].append(line)
        else:
            prose.append((number, line))
        if line.strip():
            above = line
    return prose, fences


def _slug(heading: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def check_titles(tree: Tree) -> list:
    findings = []
    for path in _pages(tree):
        titles = [number for number, line in _split(tree.text(path))[0] if re.match(r"# \S", line)]
        if len(titles) != 1:
            findings.append(Finding(path, titles[1] if titles else 1, f"{len(titles)} titles (`# ...`), exactly one wanted"))
    return findings


def _links(tree: Tree, path: str):
    for number, line in _split(tree.text(path))[0]:
        for match in _LINK.finditer(re.sub(r"`[^`]*`", "", line)):
            yield number, match[1] or match[2]


def check_links(tree: Tree) -> list:
    findings = []
    for path in _pages(tree):
        for number, link in _links(tree, path):
            if re.match(r"[a-z][a-z0-9+.-]*:", link):
                continue
            target, _, anchor = link.partition("#")
            full = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            if full not in tree and not tree.has_folder(full):
                findings.append(Finding(path, number, f"link to {target}, which does not exist"))
            elif anchor and full.endswith(".md"):
                slugs = {_slug(line.lstrip("#")) for _, line in _split(tree.text(full))[0] if line.startswith("#")}
                if anchor not in slugs:
                    findings.append(Finding(path, number, f"link to #{anchor}, no heading of {full}"))
    return findings


def check_reachable(tree: Tree) -> list:
    """Every page of docs/ is linked from another page."""
    if "README.md" not in tree:
        return []
    linked = {posixpath.normpath(posixpath.join(posixpath.dirname(path), link.partition("#")[0]))
              for path in _pages(tree) for _, link in _links(tree, path)}
    return [Finding(path, 1, "no other page links to this one")
            for path in _pages(tree) if path.startswith("docs/") and path not in linked]


def check_required(tree: Tree) -> list:
    if "README.md" not in tree:
        return []
    return [Finding(path, 1, "this page is missing") for path in REQUIRED if path not in tree]


def region_of(text: str, name: str):
    """The lines between `// docs: begin NAME` and `// docs: end NAME`, outdented, or None."""
    match = re.search(rf"^[ \t]*(?://|#) docs: begin {re.escape(name)}[ \t]*\n(.*?)^[ \t]*(?://|#) docs: end {re.escape(name)}\b",
                      text, re.MULTILINE | re.DOTALL)
    return textwrap.dedent(match[1]).strip("\n") if match else None


def check_snippets(tree: Tree) -> list:
    findings = []
    for path in _pages(tree):
        for number, language, body, above in _split(tree.text(path))[1]:
            source = _SOURCE.search(above)
            if not source:
                if language in ("cpp", "c++"):
                    findings.append(Finding(path, number, "C++ in a page is a region of a compiled file: put "
                                                          "`<!-- source: examples/x.cpp#region -->` above it"))
                continue
            file, name = source.groups()
            if not file.startswith(("examples/", "tests/")) or file not in tree:
                findings.append(Finding(path, number, f"{file} is no file of examples/ or tests/"))
                continue
            region = region_of(tree.text(file), name)
            if region is None:
                findings.append(Finding(path, number, f"{file} has no `// docs: begin {name}`"))
            elif region != textwrap.dedent(body).strip("\n"):
                findings.append(Finding(path, number, f"differs from region {name} of {file}"))
    return findings


CHECKS = [check_titles, check_links, check_reachable, check_required, check_snippets]
