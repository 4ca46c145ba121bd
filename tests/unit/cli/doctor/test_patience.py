# SPDX-License-Identifier: Apache-2.0
"""Questions that may never be answered."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ottla.cli.doctor.patience import ask_in_thread


def test_an_answer():
    """It comes back."""
    assert asyncio.run(ask_in_thread(lambda: 7, 60)) == 7


def test_an_error():
    """It is raised where it was asked."""

    def fail():
        raise OSError(5, "broken")

    with pytest.raises(OSError, match="broken"):
        asyncio.run(ask_in_thread(fail, 60))


def test_no_answer():
    """Nobody waits for it, not even the end of the loop; a late answer disturbs nobody."""
    asked, released = threading.Event(), threading.Event()

    def hang():
        asked.set()
        released.wait()

    with pytest.raises(TimeoutError):
        asyncio.run(ask_in_thread(hang, 0.01))
    assert asked.wait(60)
    released.set()
