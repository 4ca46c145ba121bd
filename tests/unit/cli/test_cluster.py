# SPDX-License-Identifier: Apache-2.0
"""`ottla cluster describe`: brokers and what they lead."""

from __future__ import annotations

import json

from ottla.cli import cluster
from ottla.cli.main import main
from ottla.client.admin import ClusterDescription
from ottla.client.metadata import BrokerMetadata, PartitionMetadata, TopicMetadata
from ottla.net.address import Address

DESCRIPTION = ClusterDescription(
    "id", -1, (BrokerMetadata(1, Address("a", 9092), "r1"), BrokerMetadata(2, Address("::1", 1)))
)
TOPICS = [TopicMetadata("t", partitions=(PartitionMetadata(0, 2, 0), PartitionMetadata(1, -1, 0)))]


def test_describe(monkeypatch, capsys):
    """Addresses can be pasted, a missing controller is told, leaderless partitions count not."""
    monkeypatch.setattr(cluster, "with_cluster", lambda _, __: (DESCRIPTION, TOPICS))
    main(["cluster", "describe"])
    output = capsys.readouterr().out
    assert "controller\tnone\n" in output
    assert output.endswith("1\ta:9092\tr1\t0\n2\t[::1]:1\t\t1\n")
    main(["cluster", "describe", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["controller_id"] is None
    assert [broker["leads"] for broker in document["brokers"]] == [0, 1]
