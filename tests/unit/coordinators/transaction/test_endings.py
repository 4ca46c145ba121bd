# SPDX-License-Identifier: Apache-2.0
"""The tables of `endings`, and of Kafka's coordinator."""

from __future__ import annotations

import pytest

from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.endings import Outcome, decide_v1, decide_v2
from ottla.coordinators.transaction.metadata import TransactionMetadata
from ottla.coordinators.transaction.states import STATE_BY_LABEL
from ottla.protocol.errors import ErrorCode

PRODUCER_ID, EPOCH = 7, 3


def metadata(label, epoch=EPOCH, previous=PRODUCER_ID):
    """Return a transactional id in a state."""
    return TransactionMetadata(
        PRODUCER_ID, epoch, 1000, STATE_BY_LABEL[label], {}, 50, 40, previous
    )


def said(ending):
    """Return an outcome in a word."""
    return ending.error.name if ending.outcome is Outcome.REFUSE else ending.outcome.value


@pytest.mark.parametrize(
    ("label", "commit", "abort"),
    [
        ("Empty", "INVALID_TXN_STATE", "INVALID_TXN_STATE"),
        ("Ongoing", "end", "end"),
        ("PrepareCommit", "CONCURRENT_TRANSACTIONS", "CONCURRENT_TRANSACTIONS"),
        ("PrepareAbort", "CONCURRENT_TRANSACTIONS", "CONCURRENT_TRANSACTIONS"),
        ("CompleteCommit", "already done", "INVALID_TXN_STATE"),
        ("CompleteAbort", "INVALID_TXN_STATE", "already done"),
    ],
)
def test_protocol_one(label, commit, abort):
    """The state alone tells; another epoch is fenced, another id is no mapping."""
    state, producer = metadata(label), ProducerIdentity(PRODUCER_ID, EPOCH)
    assert said(decide_v1(state, producer, committed=True)) == commit
    assert said(decide_v1(state, producer, committed=False)) == abort
    for epoch in (EPOCH - 1, EPOCH + 1):
        other = ProducerIdentity(PRODUCER_ID, epoch)
        assert said(decide_v1(state, other, committed=True)) == "PRODUCER_FENCED"
    other = ProducerIdentity(PRODUCER_ID + 1, EPOCH)
    assert said(decide_v1(state, other, committed=True)) == "INVALID_PRODUCER_ID_MAPPING"


@pytest.mark.parametrize(
    ("label", "epoch", "commit", "abort"),
    [
        ("Empty", EPOCH, "INVALID_TXN_STATE", "end"),
        ("Empty", EPOCH - 1, "PRODUCER_FENCED", "PRODUCER_FENCED"),
        ("Ongoing", EPOCH, "end", "end"),
        ("Ongoing", EPOCH - 1, "PRODUCER_FENCED", "PRODUCER_FENCED"),
        ("PrepareCommit", EPOCH, "CONCURRENT_TRANSACTIONS", "CONCURRENT_TRANSACTIONS"),
        ("PrepareAbort", EPOCH - 1, "CONCURRENT_TRANSACTIONS", "CONCURRENT_TRANSACTIONS"),
        ("CompleteCommit", EPOCH - 1, "already done", "INVALID_TXN_STATE"),
        ("CompleteCommit", EPOCH, "INVALID_TXN_STATE", "end"),
        ("CompleteAbort", EPOCH - 1, "INVALID_TXN_STATE", "already done"),
        ("CompleteAbort", EPOCH, "INVALID_TXN_STATE", "end"),
        ("CompleteCommit", EPOCH - 2, "PRODUCER_FENCED", "PRODUCER_FENCED"),
        ("CompleteCommit", EPOCH + 1, "PRODUCER_FENCED", "PRODUCER_FENCED"),
    ],
)
def test_protocol_two(label, epoch, commit, abort):
    """KIP-890: the epoch before repeats an end, the present one means the next transaction."""
    state, producer = metadata(label), ProducerIdentity(PRODUCER_ID, epoch)
    assert said(decide_v2(state, producer, committed=True)) == commit
    assert said(decide_v2(state, producer, committed=False)) == abort


def test_bug_22_an_end_is_repeated_over_an_overflow():
    """Bug 22: the answer with the new producer id was lost; the old id's last epoch asks again."""
    state = metadata("CompleteCommit", epoch=0, previous=6)
    repeated = ProducerIdentity(6, 32_766)
    assert said(decide_v2(state, repeated, committed=True)) == "already done"
    assert said(decide_v2(state, repeated, committed=False)) == "INVALID_TXN_STATE"
    other = ProducerIdentity(6, 32_765)
    assert said(decide_v2(state, other, committed=True)) == "INVALID_PRODUCER_ID_MAPPING"
    ongoing = metadata("Ongoing", epoch=0, previous=6)
    assert said(decide_v2(ongoing, repeated, committed=True)) == "INVALID_PRODUCER_ID_MAPPING"


def test_errors_are_codes():
    """What is not refused has none."""
    ending = decide_v1(metadata("Ongoing"), ProducerIdentity(PRODUCER_ID, EPOCH), committed=True)
    assert ending.error is ErrorCode.NONE
