# SPDX-License-Identifier: Apache-2.0
"""`ottla cluster`: who belongs to the cluster, how it is, and clusters on this machine.

The group gathers commands of several modules: `cluster_health`, `cluster_members`,
`cluster_restore`, and for clusters on this machine `local_cluster`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ottla.cli import cluster_health, cluster_members, cluster_restore
from ottla.cli.local_cluster import commands as local_commands
from ottla.cli.options import bootstrap_option, json_option
from ottla.cli.output import print_facts, print_gap, print_json, print_table, size_text
from ottla.cli.session import with_cluster
from ottla.client.admin import describe_cluster, list_topics
from ottla.client.brokers import describe_decider
from ottla.client.errors import ClientError
from ottla.client.log_dirs import describe_log_dirs
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.client.admin import ClusterDescription
    from ottla.client.brokers import Decider
    from ottla.client.cluster import Cluster
    from ottla.client.log_dirs import LogDir
    from ottla.client.metadata import TopicMetadata
    from ottla.net.address import Address


class _InOrder(click.Group):
    """Lists commands by what belongs together, not by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they were added."""
        del ctx
        return list(self.commands)


@click.group("cluster", cls=_InOrder)
def command() -> None:
    """Show and change a cluster; run one on this machine.

    From `up` on the commands are about a cluster on this machine, for development.
    """


class _Description(NamedTuple):
    """Everything that `describe` shows."""

    cluster: ClusterDescription
    decider: Decider | None
    topics: list[TopicMetadata]
    log_dirs: dict[int, list[LogDir] | None]
    """By broker; None for one that does not answer."""

    def leads(self, broker_id: int) -> int:
        """Return how many partitions a broker leads."""
        return sum(p.leader == broker_id for topic in self.topics for p in topic.partitions)

    def holds(self, broker_id: int) -> int:
        """Return how many replicas a broker has."""
        return sum(broker_id in p.replicas for topic in self.topics for p in topic.partitions)


@command.command("describe")
@json_option
@bootstrap_option
def describe_command(as_json: bool, bootstrap: Sequence[Address]) -> None:
    """Show the controller, brokers and what they hold."""
    described = with_cluster(bootstrap, _describe)
    if as_json:
        print_json(_as_json(described))
        return
    print_facts(_facts(described))
    print_table(
        ("BROKER", "ADDRESS", "RACK", "STATE", "LEADS", "REPLICAS"),
        [
            (
                broker.node_id,
                str(broker.address),
                broker.rack,
                "fenced" if broker.is_fenced else "in service",
                described.leads(broker.node_id),
                described.holds(broker.node_id),
            )
            for broker in described.cluster.brokers
        ],
        rarely_used=("RACK",),
    )
    print_gap()
    print_table(
        ("BROKER", "LOG DIRECTORY", "STATE", "REPLICAS", "SIZE", "FREE"),
        [
            row
            for broker_id, directories in described.log_dirs.items()
            for row in _directory_rows(broker_id, directories)
        ],
    )


async def _describe(cluster: Cluster) -> _Description:
    description = await describe_cluster(cluster)
    decider = await describe_decider(cluster)
    topics = await list_topics(cluster)
    ids = [broker.node_id for broker in description.brokers]
    directories = await asyncio.gather(*(_log_dirs(cluster, broker_id) for broker_id in ids))
    return _Description(description, decider, topics, dict(zip(ids, directories, strict=True)))


async def _log_dirs(cluster: Cluster, broker_id: int) -> list[LogDir] | None:
    try:
        return await describe_log_dirs(cluster, broker_id)
    except (ClientError, ApiError):
        return None  # it is down, and the table says so


def _facts(described: _Description) -> list[tuple[str, object]]:
    description, decider = described.cluster, described.decider
    controller = description.controller_id
    facts: list[tuple[str, object]] = [
        ("cluster", description.cluster_id),
        ("controller", controller if controller >= 0 else "none"),
    ]
    if decider is not None:
        facts.append(("controller epoch", decider.controller_epoch))
        facts.append(("metadata offset", decider.metadata_offset))
    facts.append(("brokers", len(description.brokers)))
    facts.append(("topics", len(described.topics)))
    facts.append(("partitions", sum(len(topic.partitions) for topic in described.topics)))
    return facts


def _directory_rows(broker_id: int, directories: list[LogDir] | None) -> list[tuple[object, ...]]:
    if directories is None:
        return [(broker_id, "", "no answer", "", "", "")]
    return [
        (
            broker_id,
            directory.path,
            "offline" if directory.error is not ErrorCode.NONE else "online",
            len(directory.sizes),
            size_text(directory.size_bytes),
            size_text(directory.usable_bytes) if directory.usable_bytes >= 0 else "",
        )
        for directory in directories
    ]


def _as_json(described: _Description) -> dict[str, Any]:
    description, decider = described.cluster, described.decider
    return {
        "cluster_id": description.cluster_id,
        "controller_id": description.controller_id if description.controller_id >= 0 else None,
        "controller_epoch": None if decider is None else decider.controller_epoch,
        "metadata_offset": None if decider is None else decider.metadata_offset,
        "topic_count": len(described.topics),
        "partition_count": sum(len(topic.partitions) for topic in described.topics),
        "brokers": [
            {
                "id": broker.node_id,
                "host": broker.address.host,
                "port": broker.address.port,
                "rack": broker.rack,
                "is_fenced": broker.is_fenced,
                "leads": described.leads(broker.node_id),
                "replicas": described.holds(broker.node_id),
                "log_dirs": _directories_json(described.log_dirs[broker.node_id]),
            }
            for broker in description.brokers
        ],
    }


def _directories_json(directories: list[LogDir] | None) -> list[dict[str, Any]] | None:
    if directories is None:
        return None
    return [
        {
            "path": directory.path,
            "is_online": directory.error is ErrorCode.NONE,
            "replicas": len(directory.sizes),
            "size_bytes": directory.size_bytes,
            "total_bytes": directory.total_bytes if directory.total_bytes >= 0 else None,
            "usable_bytes": directory.usable_bytes if directory.usable_bytes >= 0 else None,
        }
        for directory in directories
    ]


for _command in (
    cluster_health.health_command,
    *cluster_members.COMMANDS,
    cluster_restore.restore_command,
    *local_commands.COMMANDS,
):
    command.add_command(_command)
