# SPDX-License-Identifier: Apache-2.0
"""`ottla bench` against a running broker: counts, the temporary topic, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from tests.integration.ottla_command import run_ottla
from tools.loopback import free_ports

TIMEOUT_S = 60


@pytest.fixture(scope="module")
def bootstrap(start_shared_broker):
    """Return the address of one broker for all tests."""
    return start_shared_broker().bootstrap


def bench(bootstrap, *arguments: str):
    """Measure; return the document."""
    return json.loads(run_ottla(bootstrap, "bench", *arguments, "--json"))


def topics(bootstrap):
    """Return the names of all topics."""
    return {topic["name"] for topic in json.loads(run_ottla(bootstrap, "topics", "list", "--json"))}


@pytest.mark.parametrize("acks", ["all", "1"])
@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_produce(bootstrap, acks, compression):
    """Each record is counted once; the topic is gone afterwards."""
    document = bench(
        bootstrap,
        *("produce", "--records", "1234", "--record-size", "100", "--partitions", "3"),
        *("--acks", acks, "--compression", compression),
    )
    assert document["records"] == 1234
    assert document["bytes"] == 123_400
    assert document["partitions"] == 3
    assert document["seconds"] > 0
    latencies = document["acknowledged_ms"]
    assert 0 < latencies["p50"] <= latencies["p99"] <= latencies["p99_9"] <= latencies["max"]
    assert document["topic"] not in topics(bootstrap)


def test_consume(bootstrap):
    """What was put there for it is read, all of it."""
    document = bench(bootstrap, "consume", "--records", "2000", "--record-size", "50")
    assert (document["records"], document["bytes"]) == (2000, 100_000)
    assert document["first_record_seconds"] > 0
    assert document["topic"] not in topics(bootstrap)


def test_end_to_end(bootstrap):
    """Everything that is sent is received; nothing is received before it was sent."""
    document = bench(
        bootstrap, "end-to-end", "--records", "300", "--rate", "3000", "--partitions", "2"
    )
    assert (document["records"], document["received"]) == (300, 300)
    assert document["end_to_end_ms"]["p50"] > 0
    assert document["topic"] not in topics(bootstrap)


def test_a_topic_of_ones_own(bootstrap):
    """It is kept; records of others in it are no part of the measurement."""
    run_ottla(bootstrap, "topics", "create", "kept", "--partitions", "2")
    assert bench(bootstrap, "produce", "--topic", "kept", "--records", "500")["records"] == 500
    document = bench(bootstrap, "end-to-end", "--topic", "kept", "--records", "100")
    assert document["received"] == 100
    document = bench(bootstrap, "consume", "--topic", "kept")
    assert (document["records"], document["partitions"]) == (600, 2)
    assert "kept" in topics(bootstrap)


def test_a_topic_that_does_not_exist(bootstrap):
    """It is not made on the fly."""
    error = run_ottla(bootstrap, "bench", "produce", "--topic", "absent", code=1)
    assert "'absent' does not exist" in error
    assert "absent" not in topics(bootstrap)


def test_more_replicas_than_brokers(bootstrap):
    """What the cluster refuses is its own sentence."""
    error = run_ottla(bootstrap, "bench", "produce", "--replication-factor", "9", code=1)
    assert "INVALID_REPLICATION_FACTOR" in error


def test_no_broker():
    """One sentence with the next step."""
    [port] = free_ports(1)
    error = run_ottla(f"127.0.0.1:{port}", "bench", "produce", code=1)
    assert "ottla start" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("kind", ["produce", "end-to-end"])
def test_interrupt(bootstrap, kind):
    """Ctrl-C prints what was measured so far and deletes the topic."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # children hear Ctrl-C
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "ottla", "bench", kind, "--seconds", "600", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"OTTLA_BOOTSTRAP": bootstrap},
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        while not _has_records(bootstrap):
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=TIMEOUT_S)
    finally:
        process.kill()
        process.wait()
    assert errors == ""
    assert process.returncode == 130
    document = json.loads(output)
    assert document["is_interrupted"] is True
    assert document["records"] > 0
    assert not _temporary(bootstrap)


def _temporary(bootstrap):
    return [name for name in topics(bootstrap) if name.startswith("ottla-bench-")]


def _has_records(bootstrap):
    for name in _temporary(bootstrap):
        [topic] = json.loads(run_ottla(bootstrap, "topics", "describe", name, "--json"))
        if any(partition["end_offset"] > 0 for partition in topic["partitions"]):
            return True
    return False
