"""Braces of C++ by a heuristic: which belong to namespaces, classes, functions, and where they end.

No parser: it reads code with comments and literals blanked, keeps a stack of open braces, and
judges each `{` by the text since the last `;`, `{` or `}`.
"""
import dataclasses
import functools
import re


@dataclasses.dataclass
class Scope:
    kind: str          # "namespace", "class", "enum", "function" or "other"
    head: str          # the text before the brace
    begin: int         # offset of the opening brace
    end: int = -1      # offset of the closing brace

    @property
    def is_struct(self) -> bool:
        return not _without_template(self.head).strip().startswith("class")


_CLASS = re.compile(r"^(?:typedef\s+)?(class|struct|union)\b[^()=]*$")
_ENUM = re.compile(r"(?:^|\s)enum\s")
_NAMESPACE = re.compile(r"(?:^|\s)(namespace\b|extern\s+\"[^\"]*\"\s*$)")


def _without_template(head: str) -> str:
    """The head without `template <...>`, whose `class T` declares no class, and without [[...]]."""
    head = re.sub(r"\[\[[^\]]*\]\]|NACRE_\w+\([^()]*\)", "", head)
    while match := re.match(r"\s*template\s*<", head):
        depth, end = 0, match.end() - 1
        for end in range(match.end() - 1, len(head)):
            depth += {"<": 1, ">": -1}.get(head[end], 0)
            if depth == 0:
                break
        head = head[end + 1:]
    return re.sub(r"\s*requires\s[^;]*?(?=\b(?:class|struct)\b)", " ", head)


def _kind(head: str, parents: list) -> str:
    text = _without_template(head).strip()
    if _NAMESPACE.search(text):
        return "namespace"
    if _ENUM.search(text) and "(" not in text:
        return "enum"
    if _CLASS.search(text) and not text.endswith((")", "=")):
        return "class"
    if text.endswith("=") or (parents and parents[-1].kind not in ("namespace", "class")):
        return "other"
    # `name{...}` of a member or of a constructor's initialiser list is told from a body by what
    # stands before the brace: a body follows `)`, a qualifier, a return type or another `}`.
    if "(" in text or text == "":
        return "function"
    return "other"


@functools.lru_cache(maxsize=None)
def scopes_of(code: str) -> tuple:
    """All scopes, in the order of their opening braces."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), code, flags=re.MULTILINE)
    found, stack = [], []
    head_begin = 0
    for match in re.finditer(r"[{};]|\b(?:public|private|protected)\s*:(?!:)", code):
        offset, symbol = match.start(), match[0]
        if symbol == "{":
            head = code[head_begin:offset]
            scope = Scope(_kind(head, stack), head, offset)
            found.append(scope)
            stack.append(scope)
            head_begin = match.end()
        elif symbol == "}":
            if stack:
                stack.pop().end = offset
            head_begin = match.end()
        elif symbol == ";" and code.count("(", head_begin, offset) > code.count(")", head_begin, offset):
            continue                                  # inside for (...; ...; ...)
        else:
            head_begin = match.end()
    return tuple(scope for scope in found if scope.end >= 0)


def own_text(code: str, scope: Scope) -> str:
    """The scope's inside with the insides of its inner braces blanked."""
    pieces = list(code[scope.begin + 1:scope.end])
    offset = scope.begin + 1
    for inner in scopes_of(code):
        if scope.begin < inner.begin < scope.end:
            for index in range(inner.begin + 1 - offset, inner.end - offset):
                if pieces[index] != "\n":
                    pieces[index] = " "
    return "".join(pieces)
