# SPDX-License-Identifier: Apache-2.0
"""Waits for partitions on their way, and keeps a person at a terminal informed in one line."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from ottla.client.reassignments import list_reassignments
from ottla.client.topic_partition import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Collection

    from ottla.client.cluster import Cluster

POLL_S = 0.25


class ProgressLine:
    """One line on standard error that is written over; nothing where no terminal is."""

    def __init__(self) -> None:
        self._is_shown = False

    def show(self, text: str) -> None:
        """Replace the line."""
        if sys.stderr.isatty():
            self._is_shown = True
            click.echo(f"\r\x1b[K{click.style(text, dim=True)}", err=True, nl=False)

    def clear(self) -> None:
        """Take the line away."""
        if self._is_shown:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._is_shown = False


async def wait_for_moves(cluster: Cluster, places: Collection[TopicPartition]) -> None:
    """Return when none of the partitions is on its way any more."""
    line = ProgressLine()
    try:
        while True:
            moves = await list_reassignments(cluster)
            left = [m for m in moves if TopicPartition(m.topic, m.partition) in places]
            if not left:
                return
            line.show(f"{len(places) - len(left)} of {len(places)} partitions have arrived")
            await asyncio.sleep(POLL_S)
    finally:
        line.clear()
