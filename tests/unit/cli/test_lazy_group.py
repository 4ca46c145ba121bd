# SPDX-License-Identifier: Apache-2.0
"""The table of commands against the modules that it names."""

from __future__ import annotations

import click
import pytest

from ottla.cli.main import COMMANDS, cli


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_table_names_real_commands(entry):
    """Each row leads to a command of that name, whose own help says the same at its start."""
    context = click.Context(cli)
    command = cli.get_command(context, entry.name)
    assert command.name == entry.name
    assert command.help


def test_unknown_name():
    """An unknown name is no command."""
    assert cli.get_command(click.Context(cli), "nope") is None
