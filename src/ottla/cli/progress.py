# SPDX-License-Identifier: Apache-2.0
"""A progress bar on standard error, for input that takes longer than a moment.

It appears only when a person can see it and only after a second, so that short input leaves no
trace; rich is imported at that point.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

QUIET_S: Final = 1.0


class Progress:
    """Counts bytes; a context manager that removes the bar at the end."""

    def __init__(self, total_bytes: int | None, *, is_wanted: bool) -> None:
        self._total_bytes = total_bytes
        self._is_wanted = is_wanted and sys.stderr.isatty()
        self._done_bytes = 0
        self._started = time.monotonic()
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, size_bytes: int) -> None:
        """Count input that was taken."""
        self._done_bytes += size_bytes
        if not self._is_wanted:
            return
        if self._bar is None and time.monotonic() - self._started > QUIET_S:
            self._show()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done_bytes)

    def _show(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - only when there is a bar
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            DownloadColumn,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )
        from rich.progress import Progress as RichProgress  # noqa: PLC0415

        self._bar = RichProgress(
            TextColumn("Sending"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(compact=True),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._bar.add_task("", total=self._total_bytes)
        self._bar.start()
