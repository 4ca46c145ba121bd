# SPDX-License-Identifier: Apache-2.0
"""One line on standard error that shows how a measurement goes; gone when it is over."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, Self

import click

if TYPE_CHECKING:
    from ottla.cli.bench.plan import Plan

EVERY_S: Final = 0.25
_CLEAR_LINE: Final = "\r\x1b[K"


class Ticker:
    """Shows records and rate; silent where nobody watches."""

    def __init__(self, title: str, plan: Plan) -> None:
        self._title = title
        self._plan = plan
        self._is_shown = sys.stderr.isatty()
        self._started = time.monotonic()
        self._last = (self._started, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            click.echo(_CLEAR_LINE, nl=False, err=True)

    def show(self, records: int) -> None:
        """Show the count, unless that was done a moment ago."""
        now = time.monotonic()
        then, records_then = self._last
        if not self._is_shown or now - then < EVERY_S:
            return
        self._last = (now, records)
        text = progress_text(
            self._title,
            self._plan,
            now - self._started,
            records,
            (records - records_then) / (now - then),
        )
        click.echo(f"{_CLEAR_LINE}{click.style(text, dim=True)}", nl=False, err=True)


def progress_text(title: str, plan: Plan, elapsed_s: float, records: int, rate: float) -> str:
    """Return the line."""
    count = f"{records:,}" if plan.records is None else f"{records:,} of {plan.records:,}"
    limit = "" if plan.seconds is None else f" of {plan.seconds:g}"
    return f"{title}: {count} records, {elapsed_s:.0f}{limit} s, {rate:,.0f} records/s"
