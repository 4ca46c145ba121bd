# SPDX-License-Identifier: Apache-2.0
"""The commands `ottla bench produce`, `consume` and `end-to-end`."""

from __future__ import annotations

import math
import secrets
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from ottla.cli.bench.measure import STAMP, run
from ottla.cli.bench.plan import Kind, Plan
from ottla.cli.bench.result import as_document, as_facts
from ottla.cli.options import bootstrap_option, complete_topic, json_option
from ottla.cli.output import print_facts, print_json
from ottla.cli.session import CommandError, explain, run_loop
from ottla.client.errors import ClientError
from ottla.protocol.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ottla.net.address import Address

CommandT = TypeVar("CommandT", bound="Callable[..., object]")

EXIT_INTERRUPTED: Final = 130
SECONDS_DEFAULT: Final = 10.0
CONSUME_RECORDS_DEFAULT: Final = 200_000
END_TO_END_RATE_DEFAULT: Final = 1_000.0
RECORD_SIZE_MAX: Final = 1_000_000
"""What a topic takes that has the default of max.message.bytes."""


class _Number(click.FloatRange):
    """A number that is one: not `nan`, not `inf`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what no measurement could end with."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


_POSITIVE: Final = _Number(min=0, min_open=True)


@click.group("bench")
def command() -> None:
    """Measure a cluster.

    A temporary topic is made, and deleted afterwards, unless --topic names one. Ctrl-C ends a
    measurement early and prints what was measured until then.
    """


def _where_options(function: CommandT) -> CommandT:
    for option in reversed(
        (
            click.option(
                "--topic",
                metavar="NAME",
                shell_complete=complete_topic,
                help="Use this topic and keep it, instead of a temporary one.",
            ),
            click.option(
                "--partitions",
                type=click.IntRange(min=1),
                metavar="N",
                help="Of the temporary topic.  [default: 1]",
            ),
            click.option(
                "--replication-factor",
                type=click.IntRange(min=1),
                metavar="N",
                help="Of the temporary topic.  [default: the cluster's]",
            ),
            click.option(
                "--records",
                type=click.IntRange(min=1),
                metavar="N",
                help="End after so many records.",
            ),
            click.option("--seconds", type=_POSITIVE, metavar="N", help="End after so long."),
        )
    ):
        function = option(function)
    return function


def _load_options(function: CommandT) -> CommandT:
    for option in reversed(
        (
            click.option(
                "--record-size",
                type=click.IntRange(1, RECORD_SIZE_MAX),
                metavar="BYTES",
                default=1_000,
                show_default=True,
                help="Of each value.",
            ),
            click.option(
                "--acks",
                type=click.Choice(["all", "1", "0"]),
                default="all",
                show_default=True,
                help="Who must have a record before it counts.",
            ),
            click.option(
                "--compression",
                type=click.Choice(["none", "gzip", "snappy", "lz4", "zstd"]),
                default="none",
                show_default=True,
                help="How batches are compressed.",
            ),
            click.option(
                "--batch-size",
                type=click.IntRange(min=1),
                metavar="BYTES",
                default=128 * 1024,
                show_default=True,
                help="At which a batch is full.",
            ),
            click.option(
                "--linger",
                "linger_ms",
                type=_Number(min=0),
                metavar="MS",
                default=5.0,
                show_default=True,
                help="How long a record waits for others.",
            ),
        )
    ):
        function = option(function)
    return function


@command.command("produce", short_help="How fast records are taken.")
@_where_options
@_load_options
@click.option(
    "--rate", type=_POSITIVE, metavar="N", help="Records a second.  [default: as many as go]"
)
@json_option
@bootstrap_option
def produce_command(as_json: bool, bootstrap: Sequence[Address], **options: Any) -> int:
    """Measure how fast records are taken, and how long each waits for its acknowledgement.

    Ends after 10 s unless --records or --seconds says otherwise.
    """
    return _measure(_plan(Kind.PRODUCE, options), bootstrap, as_json)


@command.command("consume", short_help="How fast records are read.")
@_where_options
@_load_options
@json_option
@bootstrap_option
def consume_command(as_json: bool, bootstrap: Sequence[Address], **options: Any) -> int:
    """Measure how fast records are read.

    A temporary topic is filled first with --records of them, 200000 by default. A topic of your
    own is read from its first record to its end.
    """
    if options["records"] is None and options["topic"] is None:
        options["records"] = CONSUME_RECORDS_DEFAULT
    return _measure(_plan(Kind.CONSUME, options | {"rate": None}), bootstrap, as_json)


@command.command("end-to-end", short_help="How long a record takes to a consumer.")
@_where_options
@_load_options
@click.option(
    "--rate",
    type=_POSITIVE,
    metavar="N",
    default=END_TO_END_RATE_DEFAULT,
    show_default=True,
    help="Records a second.",
)
@json_option
@bootstrap_option
def end_to_end_command(as_json: bool, bootstrap: Sequence[Address], **options: Any) -> int:
    """Measure how long a record takes from the producer to a consumer that waits for it.

    Ends after 10 s unless --records or --seconds says otherwise.
    """
    if options["record_size"] < STAMP.size:
        raise click.BadParameter(
            f"{options['record_size']} is too small: each record carries {STAMP.size} bytes that "
            "tell when it was sent",
            param_hint="--record-size",
        )
    return _measure(_plan(Kind.END_TO_END, options), bootstrap, as_json)


def _plan(kind: Kind, options: dict[str, Any]) -> Plan:
    topic, partitions = options.pop("topic"), options.pop("partitions")
    if topic is not None:
        for name, value in (
            ("--partitions", partitions),
            ("--replication-factor", options["replication_factor"]),
        ):
            if value is not None:
                text = f"{name} is for a temporary topic; {topic!r} is what it is"
                raise click.UsageError(text)
    if kind is not Kind.CONSUME and options["records"] is None and options["seconds"] is None:
        options["seconds"] = SECONDS_DEFAULT
    return Plan(
        kind=kind,
        topic=topic or f"ottla-bench-{secrets.token_hex(4)}",
        is_temporary=topic is None,
        partitions=partitions or 1,
        **options,
    )


def _measure(plan: Plan, bootstrap: Sequence[Address], as_json: bool) -> int:
    try:
        result = run_loop(run([str(address) for address in bootstrap], plan))
    except (ClientError, ApiError) as error:
        raise CommandError(explain(error)) from error
    if as_json:
        print_json(as_document(result))
    else:
        print_facts(as_facts(result))
    return EXIT_INTERRUPTED if result.is_interrupted else 0
