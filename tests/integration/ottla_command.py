# SPDX-License-Identifier: Apache-2.0
"""Runs one command of the command line against any cluster, without a process of its own.

Commands that are asked hundreds of times in a test would spend their time on starting Python;
`test_cli.py` runs them as processes.
"""

from __future__ import annotations

import io
import sys
from unittest import mock

from ottla.cli.main import main


def run_ottla(bootstrap: str, *arguments: str, code: int = 0) -> str:
    """Run a command; return what it printed, or its error when it is to fail with `code`."""
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    errors = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with (
        mock.patch.object(sys, "stdin", None),
        mock.patch.object(sys, "stdout", output),
        mock.patch.object(sys, "stderr", errors),
    ):
        result = main([*arguments, "--bootstrap", bootstrap])
    texts = [stream.buffer.getvalue().decode() for stream in (output, errors)]
    assert result == code, (arguments, *texts)
    return texts[1] if code else texts[0]
