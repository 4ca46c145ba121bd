# SPDX-License-Identifier: Apache-2.0
"""`ottla cluster`: who belongs to the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ottla.cli.options import bootstrap_option, json_option
from ottla.cli.output import print_facts, print_json, print_table
from ottla.cli.session import with_cluster
from ottla.client.admin import ClusterDescription, describe_cluster, list_topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.client.cluster import Cluster
    from ottla.client.metadata import TopicMetadata
    from ottla.net.address import Address


@click.group("cluster")
def command() -> None:
    """Show the brokers of a cluster."""


@command.command("describe")
@json_option
@bootstrap_option
def describe_command(as_json: bool, bootstrap: Sequence[Address]) -> None:
    """Show the cluster's id, controller, brokers and how much they lead."""
    description, topics = with_cluster(bootstrap, _describe)
    led = {broker.node_id: 0 for broker in description.brokers}
    for topic in topics:
        for partition in topic.partitions:
            led[partition.leader] = led.get(partition.leader, 0) + 1
    if as_json:
        print_json(_as_json(description, topics, led))
        return
    print_facts(
        (
            ("cluster", description.cluster_id),
            ("controller", description.controller_id if description.controller_id >= 0 else "none"),
            ("brokers", len(description.brokers)),
            ("topics", len(topics)),
            ("partitions", sum(len(topic.partitions) for topic in topics)),
        )
    )
    print_table(
        ("BROKER", "ADDRESS", "RACK", "LEADS"),
        [
            (broker.node_id, str(broker.address), broker.rack, led[broker.node_id])
            for broker in description.brokers
        ],
    )


async def _describe(cluster: Cluster) -> tuple[ClusterDescription, list[TopicMetadata]]:
    return await describe_cluster(cluster), await list_topics(cluster)


def _as_json(
    description: ClusterDescription, topics: list[TopicMetadata], led: dict[int, int]
) -> dict[str, object]:
    return {
        "cluster_id": description.cluster_id,
        "controller_id": description.controller_id if description.controller_id >= 0 else None,
        "topic_count": len(topics),
        "partition_count": sum(len(topic.partitions) for topic in topics),
        "brokers": [
            {
                "id": broker.node_id,
                "host": broker.address.host,
                "port": broker.address.port,
                "rack": broker.rack,
                "leads": led[broker.node_id],
            }
            for broker in description.brokers
        ],
    }
