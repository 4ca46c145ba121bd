# SPDX-License-Identifier: Apache-2.0
"""Generates the message modules: `python -m tools.generate`, or `--check` to compare only.

Input is `src/ottla/protocol/definitions/*.txt`, output `src/ottla/protocol/messages/*.py`. The
whole set is written to a scratch folder, formatted by ruff with the project's settings in one run,
and then compared with, or copied over, what is committed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.protocol_generator.modules import module_source
from tools.protocol_generator.notation import NotationError, parse

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
        generated = _generate()
    except NotationError as error:
        print(error, file=sys.stderr)
        return 2
    stale = _stale(generated)
    if arguments.check:
        for path in stale:
            print(f"{path.relative_to(_ROOT)} is stale: run `make gen`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        if path.name in generated:
            path.write_text(generated[path.name], encoding="utf-8")
        else:
            path.unlink()
    print(f"{len(generated)} modules, {len(stale)} of them new, changed or removed")
    return 0


def _generate() -> dict[str, str]:
    """Return the formatted text of every module by file name."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for definition in sorted(DEFINITIONS.glob("*.txt")):
            source = module_source(parse(definition))
            (scratch / f"{definition.stem}.py").write_text(source, encoding="utf-8")
        settings = str(_ROOT / "pyproject.toml")
        ruff = [sys.executable, "-m", "ruff"]
        subprocess.run(
            [*ruff, "format", "--quiet", "--no-cache", "--config", settings, folder], check=True
        )
        return {path.name: path.read_text(encoding="utf-8") for path in scratch.glob("*.py")}


def _stale(generated: dict[str, str]) -> list[Path]:
    """Return the modules that differ from what the definitions say, or are missing or surplus."""
    present = {path.name: path for path in _MESSAGES.glob("*.py") if path.name != "__init__.py"}
    stale = [path for name, path in present.items() if name not in generated]
    for name, text in generated.items():
        path = _MESSAGES / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
    return sorted(stale)


if __name__ == "__main__":
    sys.exit(main())
