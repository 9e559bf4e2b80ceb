"""docs/configuration.md is what `nacred --print-config-docs` writes."""
import subprocess

from tidying.text import Finding, Tree

PAGE = "docs/configuration.md"


def check(tree: Tree, program: str) -> list:
    written = subprocess.run([program, "--print-config-docs"], check=True, capture_output=True, text=True).stdout
    held = tree.text(PAGE) if PAGE in tree else ""
    if written == held:
        return []
    lines = zip(written.splitlines(), held.splitlines())
    first = next((number for number, (new, old) in enumerate(lines, 1) if new != old),
                 min(written.count("\n"), held.count("\n")) + 1)
    return [Finding(PAGE, first, f"differs from the code: {program} --print-config-docs > {PAGE}")]
