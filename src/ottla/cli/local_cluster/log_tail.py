# SPDX-License-Identifier: Apache-2.0
"""The end of what a background process printed, for the sentence that says why it is gone."""

from __future__ import annotations

import os

LINES = 5


def log_tail(path: str, offset: int = 0) -> str:
    """Return the last lines of a file behind `offset`, introduced by its name."""
    try:
        with open(path, "rb") as file:
            file.seek(max(offset, os.fstat(file.fileno()).st_size - 4096))
            lines = file.read().decode(errors="replace").split("\n")
    except FileNotFoundError:
        lines = []
    text = "\n".join(line for line in lines if line.strip()).splitlines()[-LINES:]
    if not text:
        return f"it printed nothing into {path}"
    return f"the end of {path}:\n" + "\n".join(f"  {line}" for line in text)
