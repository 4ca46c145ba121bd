# SPDX-License-Identifier: Apache-2.0
"""Assignments that a user wrote by hand, checked against the brokers that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.metadata.image import ClusterImage


class PartitionAssignment(NamedTuple):
    """Where a new partition goes."""

    replicas: tuple[int, ...]
    isr: tuple[int, ...]
    """The replicas that are live, in the same order; the first one leads."""


def check_manual_assignment(
    image: ClusterImage,
    assignments: Sequence[Sequence[int]],
    *,
    replication_factor: int | None = None,
) -> list[PartitionAssignment]:
    """Return the assignments with their in-sync replicas; ApiError when one cannot be used.

    Every partition must have the same number of replicas: `replication_factor`, or as many as the
    first one.
    """
    checked = []
    for number, broker_ids in enumerate(assignments):
        replicas = tuple(broker_ids)
        if not replicas:
            raise _refused(f"partition {number} has no replicas")
        if len(set(replicas)) != len(replicas):
            raise _refused(f"partition {number} names a broker twice: {list(replicas)}")
        if replication_factor is None:
            replication_factor = len(replicas)
        if len(replicas) != replication_factor:
            raise _refused(
                f"partition {number} has {len(replicas)} replicas, others have {replication_factor}"
            )
        unknown = [broker_id for broker_id in replicas if broker_id not in image.brokers]
        if unknown:
            raise _refused(f"partition {number} names the unregistered brokers {unknown}")
        isr = tuple(broker_id for broker_id in replicas if image.brokers[broker_id].is_live)
        if not isr:
            raise _refused(f"none of the brokers of partition {number} is live")
        checked.append(PartitionAssignment(replicas, isr))
    return checked


def _refused(text: str) -> ApiError:
    return ApiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, text)
