# SPDX-License-Identifier: Apache-2.0
"""The client commands work on Apache Kafka as they do on Ottla."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from tools.kafka.server import KafkaServer


@pytest.fixture(scope="module")
def kafka():
    """Run one Apache Kafka broker."""
    with KafkaServer() as server:
        yield server


@pytest.fixture
def ottla(kafka):
    """Return a function that runs one command against Kafka."""

    def run(*arguments: str, stdin: bytes = b"", code: int = 0) -> str:
        result = subprocess.run(
            [sys.executable, "-m", "ottla", *arguments],
            input=stdin,
            capture_output=True,
            env=os.environ | {"OTTLA_BOOTSTRAP": kafka.address},
            timeout=60,
            check=False,
        )
        assert result.returncode == code, (arguments, result.stdout, result.stderr)
        return (result.stderr if code else result.stdout).decode()

    return run


def test_topics_and_configs(ottla):
    """Topics are made, described, changed and deleted; refusals are Kafka's words."""
    text = ottla("topics", "create", "made", "--partitions", "2", "--config", "retention.ms=1000")
    assert text == "Created topic made with 2 partitions\n"
    [topic] = json.loads(ottla("topics", "describe", "made", "--json"))
    assert topic["configs"]["retention.ms"] == "1000"
    ottla("topics", "alter", "made", "--partitions", "3")
    ottla("configs", "alter", "topic", "made", "--append", "cleanup.policy=compact")
    assert "delete,compact" in ottla("configs", "describe", "topic", "made")
    assert "INVALID_PARTITIONS" in ottla("topics", "alter", "made", "--partitions", "1", code=1)
    assert ottla("topics", "delete", "made") == "Deleted topic made\n"
    assert "does not exist" in ottla("topics", "describe", "made", code=1)


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_lines_come_back(ottla, compression):
    """Keys, values and headers come back from a topic that Kafka makes on the fly."""
    lines = b"".join(b"k%d:value %d\n" % (n % 7, n) for n in range(20_000))
    topic = f"lines-{compression}"
    options = ("--key-separator", ":", "--header", "h=1", "--compression", compression)
    summary = json.loads(ottla("produce", topic, *options, "--json", stdin=lines))
    assert summary["records"] == 20_000
    output = ottla("consume", topic, "--from-beginning", "--format", "{key}:{value}")
    assert output.encode() == lines


def test_acks_and_limits(ottla):
    """Each level of acknowledgement delivers; batches are cut to the topic's limit."""
    ottla("topics", "create", "small", "--config", "max.message.bytes=2000")
    lines = b"".join(b"%0100d\n" % n for n in range(300))
    for number, acks in enumerate(("1", "all")):
        ottla("produce", "small", "--acks", acks, stdin=lines)
        offset = str(300 * number)
        assert ottla("consume", "small", "--offset", offset).encode() == lines


def test_cluster(ottla, kafka):
    """The broker is shown with its address."""
    document = json.loads(ottla("cluster", "describe", "--json"))
    [only] = document["brokers"]
    assert f"{only['host']}:{only['port']}" == kafka.address
    assert document["controller_epoch"] > 0
    assert only["log_dirs"][0]["is_online"]
    assert "health\tgood\n" in ottla("cluster", "health")


def test_bench(ottla):
    """Measurements work on Kafka, and leave no topic behind."""
    for kind in ("produce", "consume", "end-to-end"):
        document = json.loads(ottla("bench", kind, "--records", "500", "--json"))
        assert document["records"] == 500
    assert "ottla-bench-" not in ottla("topics", "list")
