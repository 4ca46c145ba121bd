# SPDX-License-Identifier: Apache-2.0
"""`ottla transactions` on transactions of real clients, on Ottla and on Apache Kafka."""

from __future__ import annotations

import json
import time
from functools import partial

import pytest
from tests.integration.foreign_clients import FOREIGN_WARNINGS, confluent_producer
from tests.integration.ottla_command import run_ottla

from ottla.records.builder import build_batch
from ottla.records.record import Record

pytestmark = FOREIGN_WARNINGS

TIMEOUT_S = 60


@pytest.fixture
def ottla(any_bootstrap):
    """Return a function that runs one command to its end."""
    return partial(run_ottla, any_bootstrap)


@pytest.fixture
def ask(ottla):
    """Return a function that runs one command with --json and returns the document."""

    def run(*arguments: str):
        return json.loads(ottla(*arguments, "--json"))

    return run


@pytest.fixture
def begin(any_bootstrap, ottla):
    """Return a function that opens a transaction with one record in each of two partitions."""

    def start(name):
        ottla("topics", "create", name, "--partitions", "2", "--if-not-exists")
        producer = confluent_producer(any_bootstrap, transactional_id=name)
        producer.init_transactions(TIMEOUT_S)
        producer.begin_transaction()
        for partition in range(2):
            producer.produce(name, b"open", partition=partition)
        assert producer.flush(TIMEOUT_S) == 0
        return producer

    return start


def produce(bootstrap, topic, values):
    """Write a record outside of any transaction into each partition named."""
    producer = confluent_producer(bootstrap)
    for partition, value in values.items():
        producer.produce(topic, value, partition=partition)
    assert producer.flush(TIMEOUT_S) == 0


def state(ask, name):
    """Return the state of a transactional id, once its transaction is not just being ended."""
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        [transaction] = ask("transactions", "describe", name)
        if not transaction["state"].startswith("Prepare"):
            return transaction["state"]
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_life_of_a_transaction(ottla, ask, begin):
    """An open transaction is listed and described with its partitions; so is its end."""
    producer = begin("life")
    [listed] = [t for t in ask("transactions", "list") if t["transactional_id"] == "life"]
    assert listed["state"] == "Ongoing"
    [transaction] = ask("transactions", "describe", "life")
    assert transaction["producer_id"] == listed["producer_id"]
    assert transaction["state"] == "Ongoing"
    assert transaction["start_time"].endswith("Z")
    assert 0 <= transaction["open_seconds"] < TIMEOUT_S
    assert transaction["partitions"] == [
        {"topic": "life", "partition": number, "start_offset": 0} for number in range(2)
    ]
    producers = ask("transactions", "describe-producers", "life")
    assert [entry["transaction_start_offset"] for entry in producers] == [0, 0]
    assert {entry["producer_id"] for entry in producers} == {listed["producer_id"]}
    producer.commit_transaction(TIMEOUT_S)
    assert state(ask, "life") == "CompleteCommit"
    assert "open for" not in ottla("transactions", "describe", "life")
    producers = ask("transactions", "describe-producers", "life:1")
    assert [entry["transaction_start_offset"] for entry in producers] == [None]


def test_filters(ask, begin):
    """Transactions are found by state, producer id, age and name."""
    producer = begin("filtered")
    [transaction] = ask("transactions", "describe", "filtered")

    def found(*options: str):
        listed = ask("transactions", "list", *options)
        return "filtered" in [entry["transactional_id"] for entry in listed]

    assert found("--state", "ongoing")
    assert not found("--state", "empty", "--state", "dead")
    assert found("--producer-id", str(transaction["producer_id"]))
    assert not found("--producer-id", str(transaction["producer_id"] + 1000))
    assert found("--longer-than", "1ms")
    assert not found("--longer-than", "1h")
    assert found("--pattern", "filt.*")
    assert not found("--pattern", "filt")
    producer.abort_transaction(TIMEOUT_S)
    assert state(ask, "filtered") == "CompleteAbort"


def test_abort_by_id(any_bootstrap, ottla, ask, begin):
    """The coordinator ends the transaction everywhere, and the producer is fenced."""
    from confluent_kafka import KafkaException

    producer = begin("fenced")
    assert ottla("consume", "fenced", "--from-beginning", "--read-committed") == ""
    assert ottla("transactions", "abort", "fenced") == "Aborted the transaction of fenced\n"
    assert state(ask, "fenced") != "Ongoing"
    with pytest.raises(KafkaException):
        producer.commit_transaction(TIMEOUT_S)
    produce(any_bootstrap, "fenced", {0: b"after"})
    assert ottla("consume", "fenced", "--from-beginning", "--read-committed") == "after\n"
    assert "no open transaction" in ottla("transactions", "abort", "fenced", code=1)


def test_abort_in_a_partition(any_bootstrap, ottla, ask, begin):
    """A marker in one partition lets its readers go on; the others still wait."""
    producer = begin("marked")
    produce(any_bootstrap, "marked", {0: b"0", 1: b"1"})
    text = ottla("transactions", "abort", "--topic", "marked:0", "--start-offset", "0")
    assert text.endswith("in marked-0\n")
    assert ottla("consume", "marked", "--from-beginning", "--read-committed") == "0\n"
    [transaction] = ask("transactions", "describe", "marked")
    starts = [partition["start_offset"] for partition in transaction["partitions"]]
    assert starts == [None, 0]
    text = ottla("transactions", "abort", "--topic", "marked:0", "--start-offset", "0", code=1)
    assert "no open transaction that begins at offset 0" in text
    producer.abort_transaction(TIMEOUT_S)
    assert state(ask, "marked") == "CompleteAbort"


def test_what_coordinators_will_end_does_not_hang(ask, begin):
    """An open transaction that its coordinator knows is not taken for a hanging one."""
    producer = begin("waiting")
    assert ask("transactions", "find-hanging", "--older-than", "0s") == []
    producer.abort_transaction(TIMEOUT_S)


def test_a_hanging_transaction(broker):
    """A transaction that no coordinator knows is found, and a marker lets its readers go on."""
    ottla = partial(run_ottla, broker.bootstrap)
    ottla("topics", "create", "hanging")
    broker.kill()
    written_ms = time.time_ns() // 1_000_000 - 3_600_000
    batch = build_batch(
        [Record(0, written_ms, None, b"lost")],
        producer_id=4242,
        producer_epoch=3,
        base_sequence=0,
        transactional=True,
        leader_epoch=0,
    )
    (broker.data_dir / "hanging-0" / f"{0:020d}.log").write_bytes(batch)
    broker.start()
    produce(broker.bootstrap, "hanging", {0: b"waiting"})
    consume = ("consume", "hanging", "--from-beginning", "--read-committed")
    assert ottla(*consume) == ""
    [found] = json.loads(ottla("transactions", "find-hanging", "--json"))
    assert (found["topic"], found["partition"], found["producer_id"]) == ("hanging", 0, 4242)
    assert found["transaction_start_offset"] == 0
    assert json.loads(ottla("transactions", "find-hanging", "--older-than", "2h", "--json")) == []
    text = ottla("transactions", "abort", "--topic", "hanging:0", "--start-offset", "0")
    assert text == "Aborted the transaction of producer 4242 in hanging-0\n"
    assert ottla(*consume) == "waiting\n"
    assert json.loads(ottla("transactions", "find-hanging", "--json")) == []


def test_mistakes(ottla):
    """Each mistake is one sentence that names the thing."""
    for name in ("describe", "abort"):
        assert "'nope' does not exist" in ottla("transactions", name, "nope", code=1)
    assert "'nope' does not exist" in ottla("transactions", "describe-producers", "nope", code=1)
    assert "no duration" in ottla("transactions", "list", "--longer-than", "soon", code=2)
    assert "Say what to abort" in ottla("transactions", "abort", code=2)
