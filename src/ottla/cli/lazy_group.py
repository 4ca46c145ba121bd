# SPDX-License-Identifier: Apache-2.0
"""A click group whose commands are imported when they are called, not when help lists them.

The group keeps one line of help per command beside the name of its module, so that
`ottla --help` and the completion of command names import no command at all. Each module offers
its command under the name `command`.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Sequence


class LazyCommand(NamedTuple):
    """Where a command lives and the line that help shows for it."""

    name: str
    module: str
    help: str


class LazyGroup(click.Group):
    """The root group: lists its table, imports on demand, suggests on a typing error."""

    def __init__(self, *, lazy_commands: Sequence[LazyCommand], **attributes: Any) -> None:
        super().__init__(**attributes)
        self._lazy_commands = {entry.name: entry for entry in lazy_commands}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table, which is the order of a first day."""
        del ctx
        return list(self._lazy_commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of this name."""
        del ctx
        entry = self._lazy_commands.get(cmd_name)
        if entry is None:
            return None
        command = import_module(entry.module).command
        assert isinstance(command, click.Command), entry
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest one that exists."""
        if args and not args[0].startswith("-") and args[0] not in self._lazy_commands:
            near = get_close_matches(args[0], self._lazy_commands, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table alone."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in self._lazy_commands.values()])
