# SPDX-License-Identifier: Apache-2.0
"""`ottla topics reassign`: move partitions to other brokers, or cancel such moves.

The brokers that are to hold the partitions are named exactly (`--replicas`), or a set of brokers is
named over which they are spread (`--brokers`, see `client.assignment_plan`). Moves go on in the
cluster when the command has ended; `--wait` stays until they are done. A limit (`--throttle`) has
to be lifted again, so it goes with `--wait`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ottla.cli.move_progress import wait_for_moves
from ottla.cli.options import (
    TopicSelection,
    bootstrap_option,
    complete_topic,
    json_option,
    parse_topic_selection,
)
from ottla.cli.output import print_done, print_json, print_table, remark
from ottla.cli.session import CommandError, explain, with_cluster
from ottla.client.admin import describe_cluster, describe_topic
from ottla.client.assignment_plan import spreading
from ottla.client.errors import UnknownPartitionError
from ottla.client.reassignments import reassign
from ottla.client.replication_throttle import ReplicationThrottle
from ottla.client.topic_partition import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.client.cluster import Cluster
    from ottla.net.address import Address
    from ottla.protocol.errors import ApiError

Assignment = dict[TopicPartition, tuple[int, ...]]


class _Wish(NamedTuple):
    """What the options ask for."""

    selections: tuple[TopicSelection, ...]
    replicas: tuple[int, ...] | None
    brokers: tuple[int, ...] | None
    waits: bool
    throttle_bytes: int | None
    is_dry_run: bool

    @property
    def cancels(self) -> bool:
        """Whether moves are to be cancelled."""
        return self.replicas is None and self.brokers is None


class _Outcome(NamedTuple):
    """What has become of it."""

    before: Assignment
    targets: Assignment  # empty when moves were cancelled
    errors: dict[TopicPartition, ApiError | None]


def parse_brokers(text: str) -> tuple[int, ...]:
    """Parse broker numbers with commas between."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise click.BadParameter(f"{text!r} is not a list of broker numbers, such as 1,2,3")
    brokers = tuple(map(int, parts))
    if len(set(brokers)) < len(brokers):
        raise click.BadParameter(f"{text!r} names a broker twice")
    return brokers


@click.command("reassign")
@click.argument(
    "selections",
    nargs=-1,
    required=True,
    type=parse_topic_selection,
    metavar="TOPIC[:PARTITIONS]...",
    shell_complete=complete_topic,
)
@click.option(
    "--replicas",
    type=parse_brokers,
    metavar="1,2,3",
    help="The brokers that shall hold each partition, the preferred leader first.",
)
@click.option(
    "--brokers",
    type=parse_brokers,
    metavar="1,2,3",
    help="Spread the partitions over these brokers, each with as many replicas as it has.",
)
@click.option("--cancel", is_flag=True, help="Go back to the old replicas where a move is going.")
@click.option("--wait", "waits", is_flag=True, help="Return when the moves are done.")
@click.option(
    "--throttle",
    "throttle_bytes",
    type=click.IntRange(1),
    metavar="BYTES",
    help="Most bytes a second that each broker copies for the moves; needs --wait.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be moved.")
@json_option
@bootstrap_option
def reassign_command(
    selections: tuple[TopicSelection, ...],
    replicas: tuple[int, ...] | None,
    brokers: tuple[int, ...] | None,
    cancel: bool,
    waits: bool,
    throttle_bytes: int | None,
    dry_run: bool,
    as_json: bool,
    bootstrap: Sequence[Address],
) -> None:
    """Move partitions to other brokers."""
    if (replicas is not None) + (brokers is not None) + cancel != 1:
        raise click.UsageError("Say where to: one of --replicas, --brokers and --cancel.")
    if throttle_bytes is not None and (cancel or not waits):
        raise click.UsageError("--throttle needs --wait: the limit is lifted when all is done.")
    wish = _Wish(selections, replicas, brokers, waits, throttle_bytes, dry_run)
    outcome = with_cluster(bootstrap, lambda cluster: _reassign(cluster, wish))
    if as_json:
        print_json(_as_json(outcome))
    else:
        _print(outcome, wish)
    failures = [explain(error) for error in outcome.errors.values() if error is not None]
    if failures:
        raise CommandError("; ".join(failures))


async def _reassign(cluster: Cluster, wish: _Wish) -> _Outcome:
    before = await _assignment(cluster, wish.selections)
    if wish.cancels:
        errors = {} if wish.is_dry_run else await reassign(cluster, dict.fromkeys(before))
        return _Outcome(before, {}, errors)
    targets = await _targets(cluster, before, wish)
    targets = {place: target for place, target in targets.items() if target != before[place]}
    if wish.is_dry_run or not targets:
        return _Outcome(before, targets, {})
    throttle = None
    if wish.throttle_bytes is not None:
        throttle = ReplicationThrottle(cluster, before, targets)
        await throttle.impose(wish.throttle_bytes)
    try:
        errors = await reassign(cluster, targets)
        if wish.waits:
            begun = {place for place, error in errors.items() if error is None}
            await wait_for_moves(cluster, begun)
    finally:
        if throttle is not None:
            await throttle.lift()
    return _Outcome(before, targets, errors)


async def _assignment(cluster: Cluster, selections: Sequence[TopicSelection]) -> Assignment:
    """Return the present replicas of every partition that is meant."""
    assigned: Assignment = {}
    for selection in selections:
        topic = await describe_topic(cluster, selection.topic)
        numbers = selection.partitions
        for number in numbers if numbers is not None else range(len(topic.partitions)):
            if number >= len(topic.partitions):
                raise UnknownPartitionError(topic.name, number, len(topic.partitions))
            place = TopicPartition(topic.name, number)
            assigned[place] = topic.partitions[number].replicas
    return assigned


async def _targets(cluster: Cluster, before: Assignment, wish: _Wish) -> Assignment:
    if wish.replicas is not None:
        return dict.fromkeys(before, wish.replicas)
    assert wish.brokers is not None
    known = {broker.node_id: broker.rack for broker in (await describe_cluster(cluster)).brokers}
    missing = [str(b) for b in wish.brokers if b not in known]
    if missing:
        raise CommandError(f"the cluster has no broker {', '.join(missing)}")
    try:
        return spreading(before, {b: known[b] for b in wish.brokers})
    except ValueError as error:
        raise CommandError(str(error)) from error


def _print(outcome: _Outcome, wish: _Wish) -> None:
    begun = [place for place, error in outcome.errors.items() if error is None]
    if wish.cancels:
        if begun:
            print_done(f"Cancelled the moves of {_counted(len(begun))}")
        return
    if not outcome.targets:
        print_done("Every partition is where it should be")
        return
    print_table(
        ("PARTITION", "REPLICAS", "NEW REPLICAS"),
        [(str(place), outcome.before[place], new) for place, new in outcome.targets.items()],
    )
    if wish.is_dry_run:
        remark("Nothing was moved.")
    elif begun:
        print_done(f"{'Moved' if wish.waits else 'Moving'} {_counted(len(begun))}")
        if not wish.waits:
            remark("`ottla cluster health` shows how far they are.")


def _counted(count: int) -> str:
    return "1 partition" if count == 1 else f"{count} partitions"


def _as_json(outcome: _Outcome) -> list[dict[str, Any]]:
    places = outcome.targets or outcome.errors
    return [
        {
            "topic": place.topic,
            "partition": place.partition,
            "replicas": list(outcome.before[place]),
            "new_replicas": list(outcome.targets[place]) if place in outcome.targets else None,
            "error": None if error is None else str(error),
        }
        for place in places
        for error in [outcome.errors.get(place)]
    ]
