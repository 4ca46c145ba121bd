# SPDX-License-Identifier: Apache-2.0
"""What a copier is told to do, and what it does to a record."""

import argparse
import logging
from random import Random
from typing import Final, NamedTuple

ABORTED: Final = b"aborted "
ABORTED_SHARE: Final = 0.1
TRANSACTION_TIMEOUT_MS: Final = 10_000
SESSION_TIMEOUT_MS: Final = 6_000
GO_ON_LATER: Final = 3
"""Exit code: this process does not know how its transaction ended; a new one will find out."""


class Task(NamedTuple):
    """The options of a copier; each field is one `--name value` on its command line."""

    bootstrap: str
    source: str
    target: str
    group: str
    name: str  # of this copier: its transactional id, and its static member id
    batch: int  # records in a transaction, at most
    protocol: str  # of the group: classic or consumer
    seed: int  # decides which transactions are aborted

    def arguments(self) -> list[str]:
        """Write the command line that `task_of_command_line` reads."""
        return [f"--{name}={value}" for name, value in self._asdict().items()]

    def change_of_mind(self) -> Random:
        """Make the dice for deliberate aborts."""
        return Random(f"{self.seed} {self.name}")  # noqa: S311 - repeatable, not secret


def task_of_command_line() -> Task:
    """Read the options of this process, and keep the libraries' own complaints to themselves."""
    logging.disable(logging.ERROR)
    parser = argparse.ArgumentParser()
    for name, kind in Task.__annotations__.items():
        parser.add_argument(f"--{name}", type=kind, required=True)
    return Task(**vars(parser.parse_args()))


def transformed(value: bytes) -> bytes:
    """Compute the copy's value."""
    return b"copy of " + value
