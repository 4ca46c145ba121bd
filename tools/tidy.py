# SPDX-License-Identifier: Apache-2.0
"""The repository's own rules, checked by `make check`.

Fails on what is never wanted: a file without its licence line, a catch-all module, a banned name,
a leftover marker, a handler without a test, addresses of package registries, absolute paths of
somebody's machine. Sizes are printed as outliers and only ratcheted: a module or function may be
larger than the aim, but not larger than the largest there was (`LARGEST_*`), and those numbers
only go down.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
LICENCE_LINE = "# SPDX-License-Identifier: Apache-2.0"
CATCH_ALL = frozenset(("utils", "util", "common", "helpers", "helper", "misc", "shared"))
BANNED_NAMES = {
    "lso": "log_start_offset or last_stable_offset",
    "leo": "log_end_offset",
    "hw": "high_watermark",
    "hwm": "high_watermark",
    "pid": "producer_id (or process_id)",
}
MARKERS = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
FORBIDDEN_TEXT = {
    "a registry's address": re.compile(
        r"https?://(?:[a-z0-9.-]*\.)?(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org"
        r"|crates\.io|proxy\.golang\.org|repo1?\.maven[a-z.]*|deb\.debian\.org)"
    ),
    "a path of somebody's machine": re.compile(r"(?<![\w./])/(?:root|work|home/[a-z]+)/[\w.]+"),
}
MODULE_LINES_AIM = 500
FUNCTION_LINES_AIM = 60
LARGEST_MODULE_LINES = 520
LARGEST_FUNCTION_LINES = 90
TEXT_SUFFIXES = frozenset(
    (".py", ".md", ".toml", ".txt", ".in", ".sh", ".yml", ".json", ".xml", ".c", ".cfg", "")
)


class Finding(NamedTuple):
    """One broken rule."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def tracked_files() -> list[Path]:
    """Return the files that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def check_text(path: Path, name: str) -> Iterator[Finding]:
    """Check what holds for every text file."""
    if path.suffix not in TEXT_SUFFIXES or name == "LICENSE":
        return
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(lines, 1):
        for what, pattern in FORBIDDEN_TEXT.items():
            if pattern.search(line):
                yield Finding(name, number, f"{what} does not belong into the repository")
        if path.suffix == ".py" and path != Path(__file__) and MARKERS.search(line):
            yield Finding(name, number, "a leftover marker: do it, or write an issue")


def is_generated(name: str) -> bool:
    """Whether a module was written by the generator."""
    return name.startswith("src/ottla/protocol/messages/")


def code_lines(node: ast.AST, source: list[str]) -> int:
    """Count the lines of a node that hold code: no blanks, comments or docstrings."""
    first, last = node.lineno, node.end_lineno or node.lineno  # type: ignore[attr-defined]
    docstrings: set[int] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            body = inner.body
            if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
                docstrings.update(range(body[0].lineno, (body[0].end_lineno or 0) + 1))
    return sum(
        1
        for number in range(first, last + 1)
        if number not in docstrings
        and source[number - 1].strip()
        and not source[number - 1].lstrip().startswith("#")
    )


def check_python(path: Path, name: str, outliers: list[str]) -> Iterator[Finding]:
    """Check what holds for Python modules."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    if not lines or lines[0] != LICENCE_LINE:
        yield Finding(name, 1, f"the first line is to be {LICENCE_LINE!r}")
    if path.stem in CATCH_ALL or path.parent.name in CATCH_ALL:
        yield Finding(name, 1, "a catch-all module: name it after what it holds")
    tree = ast.parse(source)
    if ast.get_docstring(tree) is None:
        yield Finding(name, 1, "a module says in its docstring what it is for")
    if is_generated(name):
        return
    yield from check_names(tree, name)
    yield from check_sizes(tree, name, lines, outliers)


def check_names(tree: ast.Module, name: str) -> Iterator[Finding]:
    """Find names that the glossary bans."""
    for node in ast.walk(tree):
        used: str | None = None
        if isinstance(node, ast.arg):
            used = node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            used = node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            used = node.attr
        if used is not None and used.lstrip("_") in BANNED_NAMES:
            better = BANNED_NAMES[used.lstrip("_")]
            yield Finding(name, node.lineno, f"the name {used!r} is ambiguous: say {better}")


def check_sizes(
    tree: ast.Module, name: str, lines: list[str], outliers: list[str]
) -> Iterator[Finding]:
    """Collect outliers, and refuse anything larger than the largest there was."""
    if not name.startswith("src/"):
        return
    size = sum(code_lines(node, lines) for node in tree.body)
    if size > MODULE_LINES_AIM:
        outliers.append(f"{name}: {size} code lines")
    if size > LARGEST_MODULE_LINES:
        yield Finding(name, 1, f"{size} code lines: cut the module")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = code_lines(node, lines)
            if size > FUNCTION_LINES_AIM:
                outliers.append(f"{name}:{node.lineno} {node.name}: {size} code lines")
            if size > LARGEST_FUNCTION_LINES:
                yield Finding(name, node.lineno, f"{node.name} has {size} code lines: cut it")


def check_handlers() -> Iterator[Finding]:
    """Every handler has a test of its name."""
    for path in sorted((ROOT / "src/ottla/broker/handlers").glob("*.py")):
        if path.stem == "__init__":
            continue
        test = ROOT / "tests/unit/broker/handlers" / f"test_{path.stem}.py"
        if not test.is_file():
            name = path.relative_to(ROOT).as_posix()
            yield Finding(name, 1, f"{test.relative_to(ROOT).as_posix()} is missing")


def main() -> int:
    """Check the tree; print findings and outliers."""
    findings: list[Finding] = []
    outliers: list[str] = []
    for path in tracked_files():
        name = path.relative_to(ROOT).as_posix()
        findings += check_text(path, name)
        if path.suffix == ".py":
            findings += check_python(path, name, outliers)
    findings += check_handlers()
    if outliers:
        print(f"{len(outliers)} outliers ask for a better cut:")
        for outlier in outliers:
            print(f"  {outlier}")
    for finding in findings:
        print(finding)
    print(f"tidy: {len(findings)} findings" if findings else "tidy: nothing to mend")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
