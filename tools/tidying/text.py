"""Files as the rules see them: their text, and C++ with comments and literals blanked out."""
import dataclasses
import functools
import pathlib
import re
import subprocess


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


# A quote after a digit is a digit separator (1'000), not the begin of a character.
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)"""
    r'''|(?P<raw>\bu?8?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")'''
    r'''|(?P<string>"(?:\\.|[^"\\\n])*")'''
    r"""|(?P<char>(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+')""",
    re.DOTALL)


def _blank(piece: str) -> str:
    return re.sub(r"[^\n]", " ", piece)


def without_comments(source: str) -> str:
    """The same lines and columns, comments blanked."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m["comment"] else m[0], source)


def without_literals(source: str) -> str:
    """The same lines and columns, comments and what stands between quotes blanked."""
    def replace(match: re.Match) -> str:
        piece = match[0]
        if match["comment"]:
            return _blank(piece)
        quote = "'" if match["char"] else '"'
        return quote + _blank(piece[1:-1]) + quote
    return _TOKEN.sub(replace, source)


def line_at(source: str, offset: int) -> int:
    return source.count("\n", 0, offset) + 1


class Tree:
    """The project's files by path. `files` maps a path to its text, or to a pathlib.Path."""

    def __init__(self, files: dict):
        self._files = files
        self.paths = sorted(files)
        self._folders = {str(parent) for path in files for parent in pathlib.PurePosixPath(path).parents}

    @classmethod
    def of_repository(cls, root: pathlib.Path) -> "Tree":
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, check=True, capture_output=True).stdout.decode()
        return cls({path: root / path for path in listed.split("\0")
                    if path and (root / path).is_file()})

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def has_folder(self, path: str) -> bool:
        return path in self._folders

    @functools.lru_cache(maxsize=None)
    def text(self, path: str) -> str:
        held = self._files[path]
        return held.read_text(errors="replace") if isinstance(held, pathlib.Path) else held

    @functools.lru_cache(maxsize=None)
    def uncommented(self, path: str) -> str:
        return without_comments(self.text(path))

    @functools.lru_cache(maxsize=None)
    def code(self, path: str) -> str:
        return without_literals(self.text(path))

    def matching(self, *folders: str, ends: tuple = (".cpp", ".hpp")) -> list:
        """Paths below one of the folders ("" is all) with one of the endings."""
        return [path for path in self.paths if path.endswith(ends)
                and (not folders or path.startswith(folders))]

    def numbered(self, path: str) -> enumerate:
        return enumerate(self.text(path).splitlines(), 1)


CPP_FOLDERS = ("src/", "include/", "tests/", "examples/", "bench/", "bindings/")
PRODUCT_FOLDERS = ("src/", "include/")
