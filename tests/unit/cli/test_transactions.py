# SPDX-License-Identifier: Apache-2.0
"""`ottla transactions`: what is asked, what is shown, what is aborted."""

from __future__ import annotations

import asyncio
import json

import pytest

from ottla.cli import transactions
from ottla.cli.main import main
from ottla.client.metadata import PartitionMetadata, TopicMetadata
from ottla.client.topic_partition import TopicPartition
from ottla.client.transactions import ActiveProducer, ListedTransaction, TransactionDescription
from ottla.protocol.errors import ApiError, ErrorCode

T0, T1 = TopicPartition("t", 0), TopicPartition("t", 1)

OPEN = TransactionDescription("x", 1, "Ongoing", 7, 2, 60_000, 1_000_000_000_000, (T0, T1))
ENDED = TransactionDescription("y", 1, "CompleteCommit", 8, 0, 60_000, 1_000_000_000_000, ())
ENDING = TransactionDescription("z", 1, "PrepareAbort", 9, 0, 60_000, 1_000_000_000_000, (T0,))

PRODUCER = ActiveProducer(T0, 7, 2, 5, 1_000_000_000_000, None, 40)
IDLE = ActiveProducer(T0, 8, 0, None, -1, 3, None)

TOPIC = TopicMetadata("t", partitions=(PartitionMetadata(0, 1, 1), PartitionMetadata(1, -1, 1)))


class FakeClient:
    """Three transactional ids, and one partition with two producers."""

    def __init__(self) -> None:
        self.known = {entry.transactional_id: entry for entry in (OPEN, ENDED, ENDING)}
        self.producers = {T0: (PRODUCER, IDLE), T1: ()}
        self.listed = [ListedTransaction("x", 7, "Ongoing", 1)]
        self.hanging = [PRODUCER]
        self.asked = None
        self.aborted = []

    async def refresh(self, _):
        """Do nothing, as `Cluster` might."""

    async def list_transactions(self, _, **filters: object):
        """List one."""
        self.asked = filters
        return self.listed

    async def describe_transactions(self, _, names):
        """Describe what is known."""
        missing = ApiError(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, "there is none")
        return {name: self.known.get(name, missing) for name in names}

    async def describe_producers(self, _, names):
        """Describe the producers."""
        return {name: self.producers[name] for name in names}

    async def selected_partitions(self, _, topics):
        """Return the partitions of t."""
        return [TopicPartition("t", number) for number in topics[0].partitions or (0, 1)]

    async def list_topics(self, _):
        """Return t, one of whose partitions has no leader."""
        return [TOPIC]

    async def find_hanging(self, _, names, older_than_ms):
        """Find what hangs."""
        self.asked = (names, older_than_ms)
        return self.hanging

    async def fence_transaction(self, _, name):
        """Keep what is aborted."""
        self.aborted.append(name)

    async def abort_hanging(self, _, name, **producer: int):
        """Keep what is aborted."""
        self.aborted.append((name, *producer.values()))


@pytest.fixture
def client(monkeypatch):
    """Replace the client."""
    fake = FakeClient()
    for name in (
        "list_transactions",
        "describe_transactions",
        "describe_producers",
        "selected_partitions",
        "list_topics",
        "find_hanging",
        "fence_transaction",
        "abort_hanging",
    ):
        monkeypatch.setattr(transactions, name, getattr(fake, name))
    monkeypatch.setattr(transactions, "with_cluster", lambda _, action: asyncio.run(action(fake)))
    return fake


def test_list(client, capsys):
    """Filters reach the brokers in the protocol's spelling."""
    options = ["--state", "ongoing", "--producer-id", "7", "--longer-than", "5m", "--pattern", "x"]
    main(["transactions", "list", *options])
    assert client.asked == {
        "states": ("Ongoing",),
        "producer_ids": (7,),
        "running_longer_than_ms": 300_000,
        "pattern": "x",
    }
    assert capsys.readouterr().out.splitlines()[1] == "x\t7\tOngoing\t1"
    main(["transactions", "list", "--json"])
    assert json.loads(capsys.readouterr().out) == [
        {"transactional_id": "x", "producer_id": 7, "state": "Ongoing", "coordinator": 1}
    ]
    client.listed = []
    assert main(["transactions", "list"]) == 0


def test_describe(client, capsys):
    """An open transaction has an age, and a start in each partition."""
    main(["transactions", "describe", "x", "y"])
    lines = capsys.readouterr().out.splitlines()
    assert "producer\t7 epoch 2" in lines
    assert "timeout\t1 min" in lines
    assert sum(line.startswith("open for\t") for line in lines) == 1
    assert lines.count("began\t2001-09-09T01:46:40.000Z") == 2
    assert lines[lines.index("t\t0\t40") :][:3] == ["t\t0\t40", "t\t1\t", ""]
    main(["transactions", "describe", "x", "y", "--json"])
    opened, ended = json.loads(capsys.readouterr().out)
    assert opened["start_time"] == "2001-09-09T01:46:40.000Z"
    assert opened["open_seconds"] > 0
    assert opened["partitions"] == [
        {"topic": "t", "partition": 0, "start_offset": 40},
        {"topic": "t", "partition": 1, "start_offset": None},
    ]
    assert (ended["open_seconds"], ended["partitions"]) == (None, [])


def test_describe_what_does_not_exist(client):
    """A missing id is an error."""
    with pytest.raises(ApiError, match="there is none"):
        asyncio.run(transactions._described(None, ["nope"]))


def test_describe_producers(client, capsys):
    """What is not known is empty, and null in JSON."""
    main(["transactions", "describe-producers", "t:0"])
    assert capsys.readouterr().out.splitlines()[1:] == [
        "t\t0\t7\t2\t5\t2001-09-09T01:46:40.000Z\t\t40",
        "t\t0\t8\t0\t\t\t3\t",
    ]
    main(["transactions", "describe-producers", "t", "--json"])
    _, idle = json.loads(capsys.readouterr().out)
    assert idle == {
        "topic": "t",
        "partition": 0,
        "producer_id": 8,
        "producer_epoch": 0,
        "last_sequence": None,
        "last_timestamp": None,
        "coordinator_epoch": 3,
        "transaction_start_offset": None,
    }


def test_find_hanging(client, capsys):
    """Everywhere means every partition that has a leader."""
    main(["transactions", "find-hanging"])
    assert client.asked == ([T0], 1_200_000)
    assert "t\t0\t7" in capsys.readouterr().out
    main(["transactions", "find-hanging", "--topic", "t", "--older-than", "1h", "--json"])
    assert client.asked == ([T0, T1], 3_600_000)
    assert json.loads(capsys.readouterr().out)[0]["transaction_start_offset"] == 40
    client.hanging = []
    assert main(["transactions", "find-hanging"]) == 0


def test_abort_by_id(client, capsys):
    """The coordinator ends an open transaction."""
    assert main(["transactions", "abort", "x", "--yes"]) == 0
    assert client.aborted == ["x"]
    assert capsys.readouterr().out == "Aborted the transaction of x\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("y", "'y' has no open transaction: it is CompleteCommit"),
        ("z", "is being ended (PrepareAbort)"),
    ],
)
def test_abort_by_id_without_an_open_transaction(client, capsys, name, text):
    """A producer is not fenced for nothing."""
    assert main(["transactions", "abort", name, "--yes"]) == 1
    assert text in capsys.readouterr().err
    assert client.aborted == []


@pytest.mark.parametrize(
    ("options", "marker"),
    [
        (["--start-offset", "40"], (T0, 7, 2, 0)),
        (["--start-offset", "40", "--coordinator-epoch", "6"], (T0, 7, 2, 6)),
        (["--producer-id", "7", "--producer-epoch", "3"], (T0, 7, 3, 0)),
        (
            ["--producer-id", "5", "--producer-epoch", "3", "--coordinator-epoch", "6"],
            (T0, 5, 3, 6),
        ),
    ],
)
def test_abort_in_a_partition(client, capsys, options, marker):
    """What is not given is as the partition knows it; what is given is believed."""
    assert main(["transactions", "abort", "--topic", "t:0", *options, "--yes"]) == 0
    assert client.aborted == [marker]
    assert "in t-0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--start-offset", "41"], "no open transaction that begins at offset 41"),
        (
            ["--producer-id", "8", "--producer-epoch", "0"],
            "no open transaction of producer 8; `ottla transactions describe-producers t`",
        ),
    ],
)
def test_abort_of_what_is_not_there(client, capsys, options, text):
    """The sentence says where to look."""
    assert main(["transactions", "abort", "--topic", "t:0", *options, "--yes"]) == 1
    assert text in capsys.readouterr().err
    assert client.aborted == []


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ([], "Say what to abort"),
        (["x", "--topic", "t:0"], "Say what to abort"),
        (["x", "--start-offset", "0"], "go with --topic"),
        (["--topic", "t", "--start-offset", "0"], "Name one partition"),
        (["--topic", "t:0-1", "--start-offset", "0"], "Name one partition"),
        (["--topic", "t:0"], "Say which transaction"),
        (["--topic", "t:0", "--producer-id", "0"], "Say which transaction"),
        (["--topic", "t:0", "--start-offset", "0", "--producer-epoch", "0"], "Say which"),
    ],
)
def test_wrong_usage(client, capsys, options, text):
    """What is missing or does not go together is named with exit code 2."""
    assert main(["transactions", "abort", *options, "--yes"]) == 2
    assert text in capsys.readouterr().err


def test_abort_asks_a_person(client, capsys, monkeypatch):
    """On a terminal nothing is aborted before somebody said yes."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    assert main(["transactions", "abort", "x"]) == 1
    assert "nothing was aborted" in capsys.readouterr().err
    monkeypatch.setattr("click.confirm", lambda *_, **__: True)
    assert main(["transactions", "abort", "x"]) == 0
