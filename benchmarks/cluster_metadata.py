# SPDX-License-Identifier: Apache-2.0
"""What a cluster says of itself, asked in bytes: who leads, who is in sync, who decides.

Metadata 7 (the last with leader epochs before tagged fields) and DescribeQuorum 0, since Apache
Kafka's Metadata names any broker as the controller. CreateTopics with replicas is here too.
"""

import struct
import time
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from benchmarks.admin import Admin
from benchmarks.answers import Cursor
from benchmarks.frames import REQUEST_TIMEOUT_MS, frame, text
from benchmarks.group_frames import compact_array, compact_text, flexible_frame

METADATA, CREATE_TOPICS, DESCRIBE_QUORUM = 3, 19, 55
REPLICAS = 3
# Files of a deleted topic go at once, as in the comparison of single brokers.
TOPIC_CONFIGS = (("min.insync.replicas", "2"), ("file.delete.delay.ms", "0"))
SETTLE_TIMEOUT_S = 180
RETRY_S = 0.05


class PartitionState(NamedTuple):
    """One partition as a broker's Metadata shows it."""

    error: int
    leader: int
    leader_epoch: int
    isr: tuple[int, ...]


class Metadata(NamedTuple):
    """What one broker knows."""

    brokers: dict[int, tuple[str, int]]
    controller: int
    partitions: dict[tuple[str, int], PartitionState]


def metadata(topics: Sequence[str] | None) -> bytes:
    """Metadata v7; None asks for every topic."""
    names = [] if topics is None else list(map(text, topics))
    count = -1 if topics is None else len(names)
    return frame(METADATA, 7, struct.pack(">i", count) + b"".join(names) + b"\x00")


def read_metadata(answer: bytes) -> Metadata:
    """Read Metadata v7."""
    cursor = Cursor(answer, 8)
    brokers: dict[int, tuple[str, int]] = {}
    for _ in range(cursor.int32()):
        node_id, host, port = cursor.int32(), cursor.text(), cursor.int32()
        cursor.text()
        brokers[node_id] = host or "", port
    cursor.text()
    controller = cursor.int32()
    partitions: dict[tuple[str, int], PartitionState] = {}
    for _ in range(cursor.int32()):
        topic_error, name = cursor.int16(), cursor.text() or ""
        cursor.int8()
        for _ in range(cursor.int32()):
            error, index = cursor.int16(), cursor.int32()
            leader, epoch = cursor.int32(), cursor.int32()
            cursor.array(cursor.int32)
            isr = tuple(cursor.array(cursor.int32))
            cursor.array(cursor.int32)
            partitions[name, index] = PartitionState(error or topic_error, leader, epoch, isr)
    return Metadata(brokers, controller, partitions)


def create_topics(
    topics: Iterable[tuple[str, int]],
    configs: Sequence[tuple[str, str]] = TOPIC_CONFIGS,
    *,
    replicas: int = REPLICAS,
    timeout_ms: int = REQUEST_TIMEOUT_MS,
) -> bytes:
    """CreateTopics v4 with so many replicas each."""
    tail = struct.pack(">i", len(configs)) + b"".join(text(k) + text(v) for k, v in configs)
    encoded = [
        text(name) + struct.pack(">ihi", count, replicas, 0) + tail for name, count in topics
    ]
    body = struct.pack(">i", len(encoded)) + b"".join(encoded)
    return frame(CREATE_TOPICS, 4, body + struct.pack(">ib", timeout_ms, 0))


def creation_errors(answer: bytes) -> dict[str, int]:
    """Read CreateTopics v4: the error code by topic."""
    cursor = Cursor(answer, 8)
    errors: dict[str, int] = {}
    for _ in range(cursor.int32()):
        name, error, _message = cursor.text(), cursor.int16(), cursor.text()
        errors[name or ""] = error
    return errors


def describe_quorum() -> bytes:
    """DescribeQuorum v0 of Kafka's metadata log."""
    partition = struct.pack(">i", 0) + b"\x00"
    topic = compact_text("__cluster_metadata") + compact_array([partition]) + b"\x00"
    return flexible_frame(DESCRIBE_QUORUM, 0, compact_array([topic]) + b"\x00")


def quorum_leader(answer: bytes) -> int:
    """Read DescribeQuorum v0: the active controller, or -1."""
    cursor = Cursor(answer, flexible=True)
    if cursor.int16():
        return -1
    for _ in range(cursor.varint() - 1):
        cursor.compact_text()
        for _ in range(cursor.varint() - 1):
            cursor.int32()
            error = cursor.int16()
            return -1 if error else cursor.int32()
    return -1


def ask_any(addresses: Iterable[str], request: bytes, timeout_s: float = 30.0) -> bytes:
    """Ask the brokers in turn until one answers."""
    failure: OSError = ConnectionRefusedError("no broker to ask")
    for address in addresses:
        try:
            with Admin(address, timeout_s) as admin:
                return admin.ask(request)
        except OSError as error:
            failure = error
    raise failure


def active_controller(addresses: Collection[str], kind: str) -> int:
    """Return who decides, as the kind of cluster tells it."""
    if kind == "Kafka":
        return quorum_leader(ask_any(addresses, describe_quorum()))
    return read_metadata(ask_any(addresses, metadata([]))).controller


def wait_until_in_sync(
    addresses: Collection[str], topics: Sequence[str], *, replicas: int = REPLICAS
) -> Metadata:
    """Wait until every broker shows leaders and full in-sync sets; return the last answer."""
    deadline = time.monotonic() + SETTLE_TIMEOUT_S
    for address in addresses:
        while True:
            try:
                found = read_metadata(ask_any([address], metadata(topics)))
            except OSError:
                found = Metadata({}, -1, {})
            states = found.partitions.values()
            if states and all(
                not state.error and state.leader >= 0 and len(state.isr) == replicas
                for state in states
            ):
                break
            if time.monotonic() > deadline:
                raise TimeoutError(f"not in sync by {address}: {_lagging(found, replicas)}")
            time.sleep(RETRY_S)
    return found


def _lagging(found: Metadata, replicas: int) -> str:
    behind = [(key, state) for key, state in found.partitions.items() if len(state.isr) < replicas]
    return f"{len(behind)} of {len(found.partitions)} partitions, such as {behind[:2]}"
