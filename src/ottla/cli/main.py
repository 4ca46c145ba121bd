# SPDX-License-Identifier: Apache-2.0
"""Entry point of the command `ottla`: finds the command, runs it, turns errors into one sentence.

The idea: nothing is imported before it is needed. This module costs click alone, so that
`ottla start` is ready for clients in a fraction of a second; the table below names the module of
each command together with its line in the help, and only the chosen module is imported.

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 the cluster is not healthy, 130
interrupted by Ctrl-C. A reader that closes the pipe early (`ottla consume t | head`) has what it
wanted: that is 0.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import click

from ottla.base.errors import ConfigError, OttlaError
from ottla.base.version import VERSION
from ottla.cli.lazy_group import LazyCommand, LazyGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_OK: Final = 0
EXIT_FAILURE: Final = 1
EXIT_USAGE: Final = 2
EXIT_INTERRUPTED: Final = 130

COMPLETION_VARIABLE: Final = "_OTTLA_COMPLETE"
"""Set by the completion scripts: the line is to be completed, not run."""

COMMANDS: Final = (
    LazyCommand("start", "ottla.cli.start", "Start a broker on this machine."),
    LazyCommand(
        "topics", "ottla.cli.topics", "List, create, describe, alter, move and delete topics."
    ),
    LazyCommand("produce", "ottla.cli.produce", "Send lines from standard input or a file."),
    LazyCommand("consume", "ottla.cli.consume", "Print the records of a topic."),
    LazyCommand("groups", "ottla.cli.groups", "Show groups and their lag, move their offsets."),
    LazyCommand("transactions", "ottla.cli.transactions", "Show and abort transactions."),
    LazyCommand("configs", "ottla.cli.configs", "Show and change configurations."),
    LazyCommand(
        "cluster", "ottla.cli.cluster", "Show and change a cluster; run one on this machine."
    ),
    LazyCommand(
        "doctor", "ottla.cli.doctor.command", "Find the usual mistakes and say what to do."
    ),
    LazyCommand("bench", "ottla.cli.bench.command", "Measure a cluster."),
    LazyCommand("log", "ottla.cli.log", "Look into files of a data folder."),
    LazyCommand("completion", "ottla.cli.completion", "Print the completion script of a shell."),
)

EPILOG: Final = (
    "A first try: `ottla start`, then in other terminals `ottla produce greetings` "
    "and `ottla consume greetings --from-beginning --follow`."
)


def _make_cli() -> click.Group:
    group = LazyGroup(
        name="ottla",
        lazy_commands=COMMANDS,
        help="An event streaming platform that speaks the Kafka protocol.",
        epilog=EPILOG,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    return click.version_option(VERSION, prog_name="ottla", message="%(prog)s %(version)s")(group)


cli: Final = _make_cli()
"""The root of all commands; the completion scripts walk it as well."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; a user's error is a sentence, no traceback."""
    if not __debug__:
        _complain("Ottla checks its own work with assertions: run Python without -O.")
        return EXIT_FAILURE
    try:
        result = _invoke(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except click.exceptions.Exit as exit_request:
        return exit_request.exit_code
    except (KeyboardInterrupt, click.Abort):
        if sys.stderr.isatty():
            click.echo(err=True)  # the prompt of the shell begins on a line of its own
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        _let_the_pipe_go()
        return EXIT_OK
    except OSError as error:  # a full disk under standard output, a file that cannot be read
        _complain(": ".join(str(part) for part in (error.filename, error.strerror) if part))
        return EXIT_FAILURE
    except ConfigError as error:
        _complain(str(error))
        return EXIT_USAGE
    except OttlaError as error:
        _complain(str(error))
        return EXIT_FAILURE
    return result if isinstance(result, int) else EXIT_OK


def _invoke(arguments: list[str]) -> object:
    instruction = os.environ.get(COMPLETION_VARIABLE)
    if instruction:
        from click.shell_completion import shell_complete  # noqa: PLC0415 - only on a Tab

        return shell_complete(cli, {}, "ottla", COMPLETION_VARIABLE, instruction)
    with cli.make_context("ottla", arguments) as context:
        return cli.invoke(context)


def _complain(sentence: str) -> None:
    click.echo(f"ottla: {sentence}", err=True)


def _let_the_pipe_go() -> None:
    """Point standard output at nothing, or Python complains once more when it flushes at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return  # standard output was replaced by something without a descriptor


if __name__ == "__main__":
    sys.exit(main())
