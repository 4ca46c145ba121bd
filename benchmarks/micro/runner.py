# SPDX-License-Identifier: Apache-2.0
"""Lets pyperf measure a function in processes of its own."""

from importlib.machinery import ModuleSpec

import pyperf


def runner_of(spec: ModuleSpec | None) -> pyperf.Runner:
    """Return the runner of the module that was started with `python -m`.

    pyperf starts its workers by the file's name unless it is told the module's: as files they
    would not find this package.
    """
    if spec is None:
        raise RuntimeError("start it as a module: python -m benchmarks.micro.NAME")
    return pyperf.Runner(program_args=("-m", spec.name))
