# SPDX-License-Identifier: Apache-2.0
"""What classic consumers put into JoinGroup and SyncGroup: a version and a body.

Usually the members read it among themselves. The coordinator has to when it assigns partitions to
members that speak the classic protocol. Versions of the future begin like the last one we know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.records import NUMBER, NUMBER_BYTES
from ottla.protocol.errors import WireError
from ottla.protocol.messages.consumer_protocol import (
    ConsumerProtocolAssignment,
    ConsumerProtocolAssignmentTopicPartition,
    ConsumerProtocolSubscription,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LAST_VERSION = ConsumerProtocolSubscription.VERSIONS[-1]


def _version_of(data: bytes) -> int:
    version: int = NUMBER.unpack_from(data)[0] if len(data) >= NUMBER_BYTES else -1
    if version < 0:
        raise WireError("a consumer's data has no version")
    return min(version, _LAST_VERSION)


def read_subscription(metadata: bytes) -> ConsumerProtocolSubscription:
    """Return what a member subscribes to and owns; raises WireError."""
    return ConsumerProtocolSubscription.decode(
        metadata, _version_of(metadata), NUMBER_BYTES, may_have_rest=True
    )


def read_assignment(assignment: bytes) -> ConsumerProtocolAssignment:
    """Return what a member shall read; raises WireError."""
    return ConsumerProtocolAssignment.decode(
        assignment, _version_of(assignment), NUMBER_BYTES, may_have_rest=True
    )


def write_assignment(partitions: Mapping[str, Sequence[int]], metadata: bytes) -> bytes:
    """Return the bytes that tell a member what to read, in the version of its own metadata."""
    version = _version_of(metadata)
    assignment = ConsumerProtocolAssignment(
        assigned_partitions=[
            ConsumerProtocolAssignmentTopicPartition(topic=name, partitions=partitions[name])
            for name in sorted(partitions)
        ]
    )
    return NUMBER.pack(version) + assignment.encode(version)
