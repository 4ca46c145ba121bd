# SPDX-License-Identifier: Apache-2.0
"""`ottla cluster describe`: brokers, what they lead and hold, and where."""

from __future__ import annotations

import json

import pytest

from ottla.cli import cluster
from ottla.cli.main import main
from ottla.client.admin import ClusterDescription
from ottla.client.brokers import Decider
from ottla.client.log_dirs import LogDir
from ottla.client.metadata import BrokerMetadata, PartitionMetadata, TopicMetadata
from ottla.client.topic_partition import TopicPartition
from ottla.net.address import Address
from ottla.protocol.errors import ErrorCode

DESCRIPTION = ClusterDescription(
    "id",
    -1,
    (BrokerMetadata(1, Address("a", 9092), "r1"), BrokerMetadata(2, Address("::1", 1), None, True)),
)
TOPICS = [
    TopicMetadata(
        "t", partitions=(PartitionMetadata(0, 2, 0, (2, 1), (2,)), PartitionMetadata(1, -1, 0))
    )
]
LOG_DIRS = {
    1: [
        LogDir("/d", ErrorCode.NONE, 4000, 2000, {TopicPartition("t", 0): 1500}),
        LogDir("/e", ErrorCode.KAFKA_STORAGE_ERROR, -1, -1, {}),
    ],
    2: None,
}


@pytest.fixture
def described(monkeypatch):
    """Let the cluster of this module answer."""
    everything = cluster._Description(DESCRIPTION, Decider(-1, 7, 99), TOPICS, LOG_DIRS)
    monkeypatch.setattr(cluster, "with_cluster", lambda _, __: everything)


def test_describe(described, capsys):
    """Addresses can be pasted, a missing controller is told, leaderless partitions count not."""
    assert main(["cluster", "describe"]) == 0
    output = capsys.readouterr().out
    assert "controller\tnone\ncontroller epoch\t7\nmetadata offset\t99\n" in output
    assert "1\ta:9092\tr1\tin service\t0\t1\n2\t[::1]:1\t\tfenced\t1\t1\n" in output


def test_describe_shows_log_directories(described, capsys):
    """A directory that is offline and a broker that does not answer are told apart."""
    main(["cluster", "describe"])
    output = capsys.readouterr().out
    assert output.endswith(
        "1\t/d\tonline\t1\t1.5 KB\t2 KB\n1\t/e\toffline\t0\t0 B\t\n2\t\tno answer\t\t\t\n"
    )


def test_describe_as_json(described, capsys):
    """What is not known is null."""
    main(["cluster", "describe", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["controller_id"] is None
    assert document["controller_epoch"] == 7
    first, second = document["brokers"]
    assert (first["leads"], first["replicas"], first["is_fenced"]) == (0, 1, False)
    assert first["log_dirs"][0]["size_bytes"] == 1500
    assert (first["log_dirs"][1]["is_online"], first["log_dirs"][1]["usable_bytes"]) == (
        False,
        None,
    )
    assert (second["log_dirs"], second["is_fenced"]) == (None, True)
