# SPDX-License-Identifier: Apache-2.0
"""`ottla completion`: the script that teaches a shell the commands, options and topic names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from ottla.cli.session import CommandError

_HOW_TO = {
    "bash": 'eval "$(ottla completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(ottla completion zsh)"    in ~/.zshrc',
    "fish": "ottla completion fish > ~/.config/fish/completions/ottla.fish",
}


@click.command("completion", epilog="\b\n" + "\n".join(_HOW_TO.values()))
@click.argument("shell", type=click.Choice(list(_HOW_TO)))
def command(shell: str) -> None:
    """Print the completion script of a shell."""
    from ottla.cli.main import COMPLETION_VARIABLE, cli  # noqa: PLC0415 - it imports us

    completion_class = get_completion_class(shell)
    assert completion_class is not None, shell
    try:
        script = completion_class(cli, {}, "ottla", COMPLETION_VARIABLE).source()
    except RuntimeError as error:  # bash is missing or too old
        raise CommandError(str(error)) from error
    click.echo(script)
