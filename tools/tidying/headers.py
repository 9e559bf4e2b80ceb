"""Compiles each header alone: all with clang, public ones also with GCC as plain C++20."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess

from tidying.text import Finding, Tree

_WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"]


def _write(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def _version_header(root: pathlib.Path, folder: pathlib.Path) -> None:
    version = re.search(r"project\(nacre VERSION (\d+)\.(\d+)\.(\d+)", (root / "CMakeLists.txt").read_text())
    text = (root / "cmake/version.hpp.in").read_text().replace("@PROJECT_VERSION@", ".".join(version.groups()))
    for name, value in zip(("MAJOR", "MINOR", "PATCH"), version.groups()):
        text = text.replace(f"@PROJECT_VERSION_{name}@", value)
    _write(folder / "nacre/version.hpp", text)


def _compile(root: pathlib.Path, folder: pathlib.Path, name: str, compiler: str, flags: list):
    """None, or what the compiler said. The object is of no use; making one lets ccache remember."""
    stem = re.sub(r"\W", "_", name)
    source = folder / f"{stem}.cpp"
    # Twice: the second time shows that the guard works.
    _write(source, f'#include "{name}"\n#include "{name}"\n')
    launcher = ["ccache"] if shutil.which("ccache") else []
    command = [*launcher, compiler, "-std=c++20", *_WARNINGS, *flags, "-c", str(source.relative_to(root)),
               "-o", str((folder / f"{stem}.{compiler}.o").relative_to(root))]
    environment = dict(os.environ, CCACHE_BASEDIR=str(root), CCACHE_NOHASHDIR="1")
    done = subprocess.run(command, cwd=root, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    return done.stderr if done.returncode else None


def check(tree: Tree, root: pathlib.Path) -> list:
    folder = root / "build/headers"
    _version_header(root, folder / "generated")
    private = ["-Iinclude", "-Ibuild/headers/generated", "-Isrc", "-DSPDLOG_FMT_EXTERNAL"]
    public = private[:2]
    jobs = [(path, path.removeprefix("src/"), "clang++-19", private) for path in tree.matching("src/", ends=(".hpp",))]
    for path in tree.matching("include/", ends=(".hpp",)):
        name = path.removeprefix("include/")
        jobs += [(path, name, "clang++-19", public), (path, name, "g++", public)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        outputs = pool.map(lambda job: _compile(root, folder, *job[1:]), jobs)
        results = list(zip(jobs, outputs))
    findings = []
    for (path, _, compiler, _), output in results:
        if output:
            errors = [line for line in output.splitlines() if "error:" in line] or output.splitlines()[:1]
            findings.append(Finding(path, 1, f"does not compile alone with {compiler}: {errors[0]}"))
    return findings
