# SPDX-License-Identifier: Apache-2.0
"""Writes every generated file: `python -m tools.generate`, or `--check` to compare only.

    src/ottla/protocol/definitions/*.txt  ->  src/ottla/protocol/messages/*.py
    definitions and the handler table     ->  docs/protocol-support.md
    the tables of configuration keys      ->  docs/configuration.md

The modules are written to a scratch folder, formatted by ruff with the project's settings in one
run, and then compared with, or copied over, what is committed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tools import configuration_reference, protocol_support
from tools.protocol_generator.modules import module_source
from tools.protocol_generator.notation import NotationError, parse

if TYPE_CHECKING:
    from tools.protocol_generator.model import Definition

_ROOT = Path(__file__).resolve().parent.parent
_PROTOCOL = _ROOT / "src" / "ottla" / "protocol"
DEFINITIONS = _PROTOCOL / "definitions"
_MESSAGES = _PROTOCOL / "messages"


def main() -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a file would change")
    arguments = parser.parse_args()
    try:
        definitions = [parse(path) for path in sorted(DEFINITIONS.glob("*.txt"))]
    except NotationError as error:
        print(error, file=sys.stderr)
        return 2
    generated = _modules(definitions)
    generated[configuration_reference.TARGET] = configuration_reference.render()
    generated[protocol_support.TARGET] = protocol_support.render(definitions)
    stale = _stale(generated)
    if arguments.check:
        for path in stale:
            print(f"{path.relative_to(_ROOT)} is stale: run `make gen`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        if path in generated:
            path.write_text(generated[path], encoding="utf-8")
        else:
            path.unlink()
    print(f"{len(generated)} files, {len(stale)} of them new, changed or removed")
    return 0


def _modules(definitions: list[Definition]) -> dict[Path, str]:
    """Return the formatted text of every module."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for definition in definitions:
            target = scratch / f"{definition.module}.py"
            target.write_text(module_source(definition), encoding="utf-8")
        settings = str(_ROOT / "pyproject.toml")
        ruff = [sys.executable, "-m", "ruff"]
        subprocess.run(
            [*ruff, "format", "--quiet", "--no-cache", "--config", settings, folder], check=True
        )
        return {
            _MESSAGES / path.name: path.read_text(encoding="utf-8") for path in scratch.glob("*.py")
        }


def _stale(generated: dict[Path, str]) -> list[Path]:
    """Return the files that differ from what they should be, or are missing or surplus."""
    present = {path for path in _MESSAGES.glob("*.py") if path.name != "__init__.py"}
    stale = present - set(generated)
    for path, text in generated.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.add(path)
    return sorted(stale)


if __name__ == "__main__":
    sys.exit(main())
