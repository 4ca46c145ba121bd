# SPDX-License-Identifier: Apache-2.0
"""The end of a log, for a message."""

from __future__ import annotations

from ottla.cli.local_cluster.log_tail import log_tail


def test_last_lines(tmp_path):
    """Only the end, and nothing of an earlier run."""
    path = tmp_path / "log"
    path.write_text("".join(f"line {n}\n\n" for n in range(9)))
    assert log_tail(str(path)).splitlines() == [
        f"the end of {path}:",
        *(f"  line {n}" for n in range(4, 9)),
    ]
    earlier = path.stat().st_size
    path.write_text(path.read_text() + "new\n")
    assert log_tail(str(path), earlier) == f"the end of {path}:\n  new"


def test_nothing_was_printed(tmp_path):
    """That is said as well."""
    assert log_tail(str(tmp_path / "none")).startswith("it printed nothing")
