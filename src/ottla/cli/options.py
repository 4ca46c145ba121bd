# SPDX-License-Identifier: Apache-2.0
"""Options and arguments that several commands share, so that they read alike everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from ottla.net.address import Address, parse_addresses

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_BOOTSTRAP = "127.0.0.1:9092"


def parse_bootstrap(text: str) -> Sequence[Address]:
    """Parse HOST:PORT, or several with commas between."""
    try:
        return parse_addresses(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def parse_pair(text: str) -> tuple[str, str]:
    """Split KEY=VALUE at the first equals sign."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.BadParameter(f"{text!r} is not KEY=VALUE")
    return key, value


PARTITION_MAX = 1_000_000
"""No topic has so many partitions: a larger number is a slip of the finger."""


class TopicSelection(NamedTuple):
    """A topic, or some of its partitions."""

    topic: str
    partitions: tuple[int, ...] | None  # None: all


def parse_topic_selection(text: str) -> TopicSelection:
    """Parse TOPIC or TOPIC:PARTITIONS, such as orders:0,2 or orders:0-5."""
    topic, colon, numbers = text.partition(":")
    if not topic:
        raise click.BadParameter(f"{text!r} names no topic")
    if not colon:
        return TopicSelection(topic, None)
    chosen: list[int] = []
    for part in numbers.split(","):
        first, dash, last = part.partition("-")
        is_number = first.isdecimal() and (last.isdecimal() or not dash)
        if not is_number or int(last or first) > PARTITION_MAX:
            raise click.BadParameter(f"{text!r} is not TOPIC:PARTITIONS, such as orders:0,2-4")
        chosen += range(int(first), int(last or first) + 1)
    return TopicSelection(topic, tuple(sorted(set(chosen))))


bootstrap_option = click.option(
    "--bootstrap",
    type=parse_bootstrap,
    metavar="HOST:PORT",
    default=DEFAULT_BOOTSTRAP,
    envvar="OTTLA_BOOTSTRAP",
    show_default=True,
    show_envvar=True,
    help="A broker of the cluster; several with commas between.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


def complete_topic(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the cluster's topics to the shell; silence when no broker answers."""
    from ottla.cli.session import topic_names_for_completion  # noqa: PLC0415 - only on a Tab

    bootstrap = ctx.params.get("bootstrap")
    names = topic_names_for_completion(bootstrap)
    return [name for name in names if name.startswith(incomplete)]


topic_argument = click.argument("topic", shell_complete=complete_topic)


def complete_group(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the cluster's groups to the shell; silence when no broker answers."""
    from ottla.cli.session import group_names_for_completion  # noqa: PLC0415 - only on a Tab

    names = group_names_for_completion(ctx.params.get("bootstrap"))
    return [name for name in names if name.startswith(incomplete)]


group_argument = click.argument("group", shell_complete=complete_group)


def complete_transactional_id(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the cluster's transactional ids to the shell; silence when no broker answers."""
    from ottla.cli.session import transactional_ids_for_completion  # noqa: PLC0415 - only on a Tab

    names = transactional_ids_for_completion(ctx.params.get("bootstrap"))
    return [name for name in names if name.startswith(incomplete)]
