# SPDX-License-Identifier: Apache-2.0
"""The process that atheris owns: `python -m tools.fuzzing.guided TARGET CORPUS [options]`.

Started by `tools.fuzz`. Everything of Ottla is instrumented on import, so that libFuzzer sees which
branches an input reached.
"""

from __future__ import annotations

import sys

import atheris


def main() -> None:
    """Fuzz one target until libFuzzer ends the process."""
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["ottla"]):
        from tools.fuzzing.targets import TARGETS  # noqa: PLC0415 - imported under instruments
    target = TARGETS[name]
    target.seeds()  # builds what the runs share before the clock of the first input starts
    atheris.Setup(sys.argv, target.accepts)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
