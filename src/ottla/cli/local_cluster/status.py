# SPDX-License-Identifier: Apache-2.0
"""What a local cluster looks like: its processes beside what the cluster says of its brokers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ottla.base.errors import OttlaError
from ottla.cli.output import print_table
from ottla.cli.session import ask_cluster
from ottla.client.admin import describe_cluster, list_topics
from ottla.client.settings import ClientSettings
from ottla.net.address import Address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.cli.local_cluster.folder import Description, LocalBroker
    from ottla.client.cluster import Cluster

RUNNING = "running"
TIMEOUT_MS = 3000


class _Shares(NamedTuple):
    """What the cluster says of one broker."""

    is_fenced: bool
    leads: int
    in_sync: int
    replicas: int


class Status(NamedTuple):
    """One broker's row; None is what nobody could be asked."""

    broker: LocalBroker
    process_id: int | None
    state: str
    leads: int | None = None
    in_sync: int | None = None
    replicas: int | None = None


def statuses(description: Description, states: Mapping[int, str]) -> list[Status]:
    """Return a row for each broker; brokers that run are asked about the cluster."""
    running = [b for b in description.brokers if states.get(b.broker_id) == RUNNING]
    shares = _ask(running)
    rows = []
    for broker in description.brokers:
        process = broker.process or description.engine_process
        state = states.get(broker.broker_id, "unknown")
        is_there = state in (RUNNING, "paused")
        process_id = process.process_id if process is not None and is_there else None
        share = shares.get(broker.broker_id)
        if share is None:
            rows.append(Status(broker, process_id, state))
            continue
        if state == RUNNING:
            state = "fenced" if share.is_fenced else "in service"
        rows.append(Status(broker, process_id, state, share.leads, share.in_sync, share.replicas))
    return rows


def print_status(rows: list[Status]) -> None:
    """Print the table."""
    print_table(
        ("BROKER", "ADDRESS", "PID", "STATE", "LEADS", "IN SYNC", "REPLICAS"),
        [
            (
                row.broker.broker_id,
                row.broker.address,
                row.process_id,
                row.state,
                row.leads,
                row.in_sync,
                row.replicas,
            )
            for row in rows
        ],
    )


def statuses_json(description: Description, rows: list[Status]) -> dict[str, Any]:
    """Return the document for `--json`."""
    return {
        "engine": description.engine,
        "bootstrap_servers": description.bootstrap_servers,
        "brokers": [
            {
                "id": row.broker.broker_id,
                "address": row.broker.address,
                "pid": row.process_id,
                "state": row.state,
                "leads": row.leads,
                "in_sync": row.in_sync,
                "replicas": row.replicas,
            }
            for row in rows
        ],
    }


def _ask(running: list[LocalBroker]) -> dict[int, _Shares]:
    settings = ClientSettings(
        client_id="ottla-cli",
        connect_timeout_ms=TIMEOUT_MS,
        request_timeout_ms=TIMEOUT_MS,
        operation_timeout_ms=TIMEOUT_MS,
    )
    addresses = [Address(*_split(broker.address)) for broker in running]
    try:
        return ask_cluster(addresses, settings, _shares) if addresses else {}
    except OttlaError:
        return {}  # the processes are shown all the same


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


async def _shares(cluster: Cluster) -> dict[int, _Shares]:
    description = await describe_cluster(cluster)
    topics = await list_topics(cluster)
    partitions = [partition for topic in topics for partition in topic.partitions]
    return {
        broker.node_id: _Shares(
            broker.is_fenced,
            sum(1 for p in partitions if p.leader == broker.node_id),
            sum(1 for p in partitions if broker.node_id in p.isr),
            sum(1 for p in partitions if broker.node_id in p.replicas),
        )
        for broker in description.brokers
    }
