# SPDX-License-Identifier: Apache-2.0
"""Where each leader epoch's records end, and each error."""

from __future__ import annotations

import pytest

from ottla.broker.handlers import offset_for_leader_epoch
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.offset_for_leader_epoch import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)


def ask(world, epoch, *, topic="t", index=0, current=-1, version=4):
    """Return (error code, leader epoch, end offset) of the one answer."""
    answer = world.client().ask(
        OffsetForLeaderEpochRequest(
            topics=[
                OffsetForLeaderTopic(
                    topic=topic,
                    partitions=[
                        OffsetForLeaderPartition(
                            partition=index, current_leader_epoch=current, leader_epoch=epoch
                        )
                    ],
                )
            ]
        ),
        version,
    )
    (one,) = answer.topics[0].partitions
    return one.error_code, one.leader_epoch, one.end_offset


@pytest.mark.parametrize("version", offset_for_leader_epoch.VERSIONS)
def test_bug_35_epochs_end_where_the_next_one_began(world, version):
    """Bug 35 (KIP-320), the broker's part: a client learns where its epoch ended.

    The present epoch ends at the log end offset, an earlier one where its successor began.
    """
    partition = world.partition()
    partition.leader_epoch = 2
    world.append(partition, b"a", b"b")
    partition.leader_epoch = 5
    world.append(partition, b"c")
    assert ask(world, 5, version=version) == (0, 5, 3)
    assert ask(world, 2, version=version) == (0, 2, 2)
    assert ask(world, 4, version=version) == (0, 2, 2)  # none of its records is here
    assert ask(world, 1, version=version) == (0, 1, 0)  # older than anything here


@pytest.mark.parametrize(("topic", "index"), [("unknown", 0), ("t", 9)])
def test_unknown_topic_or_partition(world, topic, index):
    """Neither the topic nor the number exists."""
    world.partition()
    code = ask(world, 5, topic=topic, index=index)[0]
    assert code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


@pytest.mark.parametrize(
    ("current", "code"),
    [(4, ErrorCode.FENCED_LEADER_EPOCH), (6, ErrorCode.UNKNOWN_LEADER_EPOCH)],
)
def test_leader_epochs_are_compared(world, current, code):
    """A client with another leader epoch is told."""
    world.partition()
    assert ask(world, 5, current=current)[0] == code
