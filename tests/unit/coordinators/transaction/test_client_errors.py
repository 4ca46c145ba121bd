# SPDX-License-Identifier: Apache-2.0
"""Older clients are told what they know."""

from __future__ import annotations

import pytest

from ottla.coordinators.transaction.client_errors import (
    fenced_for,
    offset_commit_error,
    produce_error,
)
from ottla.protocol.errors import ErrorCode


def test_fencing_has_an_older_name():
    """KIP-588: INVALID_PRODUCER_EPOCH before PRODUCER_FENCED; other codes stay."""
    assert fenced_for(ErrorCode.PRODUCER_FENCED, 3, 4) is ErrorCode.INVALID_PRODUCER_EPOCH
    assert fenced_for(ErrorCode.PRODUCER_FENCED, 4, 4) is ErrorCode.PRODUCER_FENCED
    assert fenced_for(ErrorCode.INVALID_TXN_STATE, 0, 4) is ErrorCode.INVALID_TXN_STATE


@pytest.mark.parametrize(
    ("code", "version", "told"),
    [
        (ErrorCode.NONE, 12, ErrorCode.NONE),
        (ErrorCode.NOT_COORDINATOR, 12, ErrorCode.NOT_ENOUGH_REPLICAS),
        (ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, 9, ErrorCode.NOT_ENOUGH_REPLICAS),
        (ErrorCode.CONCURRENT_TRANSACTIONS, 12, ErrorCode.CONCURRENT_TRANSACTIONS),
        (ErrorCode.CONCURRENT_TRANSACTIONS, 11, ErrorCode.NOT_ENOUGH_REPLICAS),
        (ErrorCode.TRANSACTION_ABORTABLE, 11, ErrorCode.TRANSACTION_ABORTABLE),
        (ErrorCode.TRANSACTION_ABORTABLE, 10, ErrorCode.INVALID_TXN_STATE),
        (ErrorCode.INVALID_PRODUCER_EPOCH, 3, ErrorCode.INVALID_PRODUCER_EPOCH),
    ],
)
def test_produce(code, version, told):
    """What passes by itself is sent again by every client."""
    assert produce_error(code, version) is told


@pytest.mark.parametrize(
    ("code", "version", "told"),
    [
        (ErrorCode.NONE, 5, ErrorCode.NONE),
        (ErrorCode.NETWORK_EXCEPTION, 5, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
        (ErrorCode.TRANSACTION_ABORTABLE, 4, ErrorCode.TRANSACTION_ABORTABLE),
        (ErrorCode.TRANSACTION_ABORTABLE, 3, ErrorCode.INVALID_TXN_STATE),
        (ErrorCode.CONCURRENT_TRANSACTIONS, 5, ErrorCode.CONCURRENT_TRANSACTIONS),
    ],
)
def test_offset_commits(code, version, told):
    """Coordinators' errors are known there, TRANSACTION_ABORTABLE from version 4."""
    assert offset_commit_error(code, version) is told
