# SPDX-License-Identifier: Apache-2.0
"""`ottla cluster decommission` and `unregister`: brokers that leave for good.

A broker leaves in three steps: its replicas move to others, it is stopped, the cluster forgets it.
`decommission` plans the moves from what the cluster says (`client.assignment_plan`), a bounded
number at a time, and again until nothing is left: topics may be made on the broker meanwhile. It
can be interrupted and called again at any point.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import click

from ottla.cli.move_progress import POLL_S, ProgressLine
from ottla.cli.options import bootstrap_option, json_option
from ottla.cli.output import print_done, print_json, remark
from ottla.cli.session import CommandError, explain, with_cluster
from ottla.client.admin import describe_cluster, list_topics
from ottla.client.assignment_plan import evacuation
from ottla.client.brokers import unregister_broker
from ottla.client.reassignments import list_reassignments, reassign
from ottla.client.topic_partition import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.client.cluster import Cluster
    from ottla.client.metadata import BrokerMetadata, TopicMetadata
    from ottla.net.address import Address

MOVES_MAX = 100
NAMES_MAX = 5

_broker_argument = click.argument("broker", type=click.IntRange(0), metavar="N")


class Remains(NamedTuple):
    """What a broker that leaves still has to do with the cluster."""

    replicas: int
    moving: int
    """Of those, how many are on their way."""
    is_in_service: bool
    is_registered: bool


@click.command("decommission")
@_broker_argument
@click.option(
    "--wait",
    "waits",
    is_flag=True,
    help="Return when the broker is empty, stopped and forgotten.",
)
@click.option(
    "--moves",
    "moves_max",
    type=click.IntRange(1),
    default=MOVES_MAX,
    show_default=True,
    help="Most partitions on their way at a time.",
)
@json_option
@bootstrap_option
def decommission_command(
    broker: int, waits: bool, moves_max: int, as_json: bool, bootstrap: Sequence[Address]
) -> None:
    """Move everything off a broker, then forget it.

    Without --wait it begins, or goes on with, as much as can be done now. A broker that is empty
    has to be stopped by whoever runs it.
    """

    async def act(cluster: Cluster) -> Remains:
        if waits:
            return await _decommission(cluster, broker, moves_max, tells=not as_json)
        return await _step(cluster, broker, moves_max)

    remains = with_cluster(bootstrap, act)
    if as_json:
        print_json({"broker": broker, **remains._asdict()})
    else:
        _print(broker, remains)


@click.command("unregister")
@_broker_argument
@click.option("--force", is_flag=True, help="Also while partitions count on the broker.")
@bootstrap_option
def unregister_command(broker: int, force: bool, bootstrap: Sequence[Address]) -> None:
    """Forget a broker that will not come back."""

    async def act(cluster: Cluster) -> None:
        remains = await _remains(cluster, broker)
        if remains.is_in_service:
            raise CommandError(
                f"broker {broker} is in service and would register again: stop it first"
            )
        if remains.replicas and not force:
            raise CommandError(
                f"broker {broker} still has {_counted(remains.replicas)}: move them first with "
                f"`ottla cluster decommission {broker}`, or say --force"
            )
        await unregister_broker(cluster, broker)

    with_cluster(bootstrap, act)
    print_done(f"The cluster has forgotten broker {broker}")


COMMANDS = (decommission_command, unregister_command)


async def _decommission(
    cluster: Cluster, broker_id: int, moves_max: int, *, tells: bool
) -> Remains:
    """Go on until the broker is forgotten."""
    line = ProgressLine()
    is_asked_to_stop = False
    try:
        while True:
            remains = await _step(cluster, broker_id, moves_max)
            if not remains.is_registered:
                return remains
            if remains.replicas:
                line.show(f"{_counted(remains.replicas)} left, {remains.moving} on their way")
            elif not is_asked_to_stop:
                line.clear()
                is_asked_to_stop = True
                if tells:
                    print_done(f"Broker {broker_id} is empty: stop it now")
            else:
                line.show(f"Waiting for broker {broker_id} to be stopped")
            await asyncio.sleep(POLL_S)
    finally:
        line.clear()


async def _step(cluster: Cluster, broker_id: int, moves_max: int) -> Remains:
    """Do what can be done now; raises CommandError when the cluster is too small."""
    known = await _broker(cluster, broker_id)
    moves = await list_reassignments(cluster)  # first: what is over by then is no riddle
    topics = await list_topics(cluster)
    moving = {TopicPartition(m.topic, m.partition): m.target for m in moves}
    held = _places_on(topics, broker_id)
    if not held and known.is_fenced:
        await unregister_broker(cluster, broker_id)
        return Remains(0, 0, is_in_service=False, is_registered=False)
    brokers = (await describe_cluster(cluster)).brokers
    racks = {b.node_id: b.rack for b in brokers if not b.is_fenced}
    plan = evacuation(topics, racks, (broker_id,))
    stuck = [place for place in plan.stuck if place not in moving]
    if stuck:
        names = ", ".join(map(str, stuck[:NAMES_MAX])) + (" ..." if stuck[NAMES_MAX:] else "")
        raise CommandError(
            f"no other broker in service is left for {_counted(len(stuck))} ({names}): add a "
            "broker, or lower the number of replicas with `ottla topics reassign --replicas`"
        )
    leaving = [p for p in held if p in moving and broker_id not in moving[p]]
    begins = {place: target for place, target in plan.targets.items() if place not in moving}
    begun = dict(list(begins.items())[: max(0, moves_max - len(leaving))])
    if begun:
        for error in (await reassign(cluster, begun)).values():
            if error is not None:
                raise CommandError(explain(error))
    return Remains(
        len(held), len(leaving) + len(begun), is_in_service=not known.is_fenced, is_registered=True
    )


async def _remains(cluster: Cluster, broker_id: int) -> Remains:
    known = await _broker(cluster, broker_id)
    held = _places_on(await list_topics(cluster), broker_id)
    return Remains(len(held), 0, is_in_service=not known.is_fenced, is_registered=True)


async def _broker(cluster: Cluster, broker_id: int) -> BrokerMetadata:
    for broker in (await describe_cluster(cluster)).brokers:
        if broker.node_id == broker_id:
            return broker
    raise CommandError(f"broker {broker_id} is not registered in this cluster")


def _places_on(topics: Sequence[TopicMetadata], broker_id: int) -> list[TopicPartition]:
    return [
        TopicPartition(topic.name, partition.partition)
        for topic in topics
        for partition in topic.partitions
        if broker_id in partition.replicas
    ]


def _print(broker_id: int, remains: Remains) -> None:
    again = f"`ottla cluster decommission {broker_id}`"
    if not remains.is_registered:
        print_done(f"The cluster has forgotten broker {broker_id}")
    elif remains.replicas:
        print_done(f"{_counted(remains.replicas)} left, {remains.moving} on their way")
        remark(f"Call {again} again to go on, or with --wait to stay until the end.")
    else:
        print_done(f"Broker {broker_id} is empty: stop it, then call {again} again")


def _counted(count: int) -> str:
    return "1 replica" if count == 1 else f"{count} replicas"
