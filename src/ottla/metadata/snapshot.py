# SPDX-License-Identifier: Apache-2.0
"""An image as records, and records in a KRaft snapshot file.

`image_records` is the inverse of replaying: the records that it yields, replayed onto an empty
image, give the same image again. Features come first, because their levels say how the rest is
to be read; a topic comes before its partitions.

A snapshot file holds batches like a log segment: a control batch with the snapshot header, the
records, a control batch with the footer. A file without a footer was cut off and is not used.
Its name is the offset after the last record that it covers and the controller epoch of that
record: `00000000000000001234-0000000007.checkpoint`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ottla.metadata.journal import Snapshot
from ottla.metadata.records import build_metadata_batch, decode_metadata_batches
from ottla.protocol.messages.cluster_metadata import (
    BrokerEndpoint,
    BrokerFeature,
    ConfigRecord,
    ControllerEndpoint,
    FeatureLevelRecord,
    PartitionRecord,
    ProducerIdsRecord,
    RegisterBrokerRecord,
    RegisterControllerRecord,
    TopicRecord,
)
from ottla.records.batch import CorruptRecord, iter_headers, verify_crc
from ottla.records.control import (
    ControlType,
    build_snapshot_footer,
    build_snapshot_header,
    control_type,
    read_snapshot_header,
)
from ottla.records.record import decode_records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ottla.metadata.image import BrokerImage, ClusterImage, ControllerImage, PartitionImage
    from ottla.protocol.message import Message

RECORDS_PER_BATCH = 2000
_NAME = re.compile(r"([0-9]{20})-([0-9]{10})\.checkpoint")


def image_records(image: ClusterImage) -> Iterator[Message]:
    """Yield the records that make up the image."""
    for name in sorted(image.features, key=lambda name: (name != "metadata.version", name)):
        yield FeatureLevelRecord(name=name, feature_level=image.features[name])
    if image.controller is not None:
        yield controller_record(image.controller)
    for broker_id in sorted(image.brokers):
        yield broker_record(image.brokers[broker_id])
    for topic in image.topics_by_name.values():
        yield TopicRecord(name=topic.name, topic_id=topic.topic_id)
        for partition in topic.partitions:
            yield partition_record(topic.topic_id, partition)
    for (resource_type, resource_name), texts in image.configs.items():
        for name, value in texts.items():
            yield ConfigRecord(
                resource_type=resource_type, resource_name=resource_name, name=name, value=value
            )
    if image.next_producer_id:
        yield ProducerIdsRecord(broker_id=-1, next_producer_id=image.next_producer_id)
    yield from image.kept.values()


def controller_record(controller: ControllerImage) -> RegisterControllerRecord:
    """Return the record that says who decides."""
    return RegisterControllerRecord(
        controller_id=controller.broker_id,
        incarnation_id=controller.incarnation_id,
        zk_migration_ready=False,
        end_points=[
            ControllerEndpoint(
                name=e.name, host=e.host, port=e.port, security_protocol=e.security_protocol
            )
            for e in controller.endpoints
        ],
    )


def broker_record(broker: BrokerImage) -> RegisterBrokerRecord:
    """Return the record that registers the broker as it is."""
    return RegisterBrokerRecord(
        broker_id=broker.broker_id,
        broker_epoch=broker.broker_epoch,
        incarnation_id=broker.incarnation_id,
        end_points=[
            BrokerEndpoint(
                name=e.name, host=e.host, port=e.port, security_protocol=e.security_protocol
            )
            for e in broker.endpoints
        ],
        features=[
            BrokerFeature(name=name, min_supported_version=low, max_supported_version=high)
            for name, (low, high) in broker.features.items()
        ],
        rack=broker.rack,
        fenced=broker.fenced,
        in_controlled_shutdown=broker.in_controlled_shutdown,
        log_dirs=list(broker.log_dirs),
        cordoned_log_dirs=list(broker.cordoned_log_dirs) or None,
    )


def partition_record(topic_id: bytes, partition: PartitionImage) -> PartitionRecord:
    """Return the record that creates the partition as it is."""
    return PartitionRecord(
        partition_id=partition.partition_id,
        topic_id=topic_id,
        replicas=list(partition.replicas),
        isr=list(partition.isr),
        removing_replicas=list(partition.removing_replicas),
        adding_replicas=list(partition.adding_replicas),
        leader=partition.leader,
        leader_recovery_state=partition.leader_recovery_state,
        leader_epoch=partition.leader_epoch,
        partition_epoch=partition.partition_epoch,
        directories=list(partition.directories),
        eligible_leader_replicas=list(partition.eligible_leader_replicas) or None,
        last_known_elr=list(partition.last_known_elr) or None,
    )


def snapshot_name(next_offset: int, controller_epoch: int) -> str:
    """Return the file name of a snapshot."""
    return f"{next_offset:020d}-{controller_epoch:010d}.checkpoint"


def parse_snapshot_name(name: str) -> tuple[int, int] | None:
    """Return next offset and controller epoch of a snapshot's file name, None for other files."""
    match = _NAME.fullmatch(name)
    return (int(match[1]), int(match[2])) if match else None


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Return the bytes of a snapshot file."""
    stamp = {"timestamp_ms": snapshot.timestamp_ms, "leader_epoch": snapshot.controller_epoch}
    parts = [build_snapshot_header(snapshot.timestamp_ms, offset=0, **stamp)]
    offset = 1
    for start in range(0, len(snapshot.records), RECORDS_PER_BATCH):
        chunk = snapshot.records[start : start + RECORDS_PER_BATCH]
        parts.append(
            build_metadata_batch(
                chunk,
                base_offset=offset,
                controller_epoch=snapshot.controller_epoch,
                timestamp_ms=snapshot.timestamp_ms,
            )
        )
        offset += len(chunk)
    parts.append(build_snapshot_footer(offset=offset, **stamp))
    return b"".join(parts)


def decode_snapshot(data: bytes, next_offset: int, controller_epoch: int) -> Snapshot:
    """Return the snapshot in a file's bytes; raise CorruptRecord when it is not whole."""
    view = memoryview(data)
    timestamp_ms = -1
    has_footer = False
    for position, header in iter_headers(view):
        batch = view[position : position + header.size_bytes]
        verify_crc(batch)
        if not header.is_control:
            continue
        for record in decode_records(batch):
            kind = control_type(record.key)
            if position == 0:
                timestamp_ms = read_snapshot_header(record)
                break
            has_footer = has_footer or kind is ControlType.SNAPSHOT_FOOTER
    if not has_footer:
        raise CorruptRecord("a snapshot must end with a snapshot footer")
    records = tuple([r for batch in decode_metadata_batches(data) for r in batch.records])
    return Snapshot(next_offset, controller_epoch, timestamp_ms, records)
