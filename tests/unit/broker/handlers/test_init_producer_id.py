# SPDX-License-Identifier: Apache-2.0
"""Claims about InitProducerId without transactions."""

from __future__ import annotations

import pytest

from ottla.broker.handlers.init_producer_id import VERSIONS
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.init_producer_id import InitProducerIdRequest


@pytest.mark.parametrize("version", VERSIONS)
def test_every_producer_gets_its_own_number(admin, version):
    """Each call gets a new id with epoch 0, one that goes on included."""
    request = InitProducerIdRequest(transactional_id=None)
    if version >= 3:
        request.producer_id, request.producer_epoch = 5, 3
    responses = [admin.ask(request, version) for _ in range(3)]
    assert [(r.error_code, r.producer_id, r.producer_epoch) for r in responses] == [
        (0, 0, 0),
        (0, 1, 0),
        (0, 2, 0),
    ]


@pytest.mark.parametrize(
    ("transactional_id", "code"),
    [("", ErrorCode.INVALID_REQUEST), ("payments", ErrorCode.UNSUPPORTED_VERSION)],
)
def test_transactions_are_refused_honestly(admin, transactional_id, code):
    """The error is one that no client takes for a reason to try again."""
    with pytest.raises(ApiError) as caught:
        admin.ask(InitProducerIdRequest(transactional_id=transactional_id), 4)
    assert caught.value.code is code
    assert not caught.value.code.retriable


def test_a_broken_journal_is_told(admin):
    """Without a block there is no id."""
    admin.break_journal()
    with pytest.raises(ApiError) as caught:
        admin.ask(InitProducerIdRequest(transactional_id=None), 4)
    assert caught.value.code is ErrorCode.UNKNOWN_SERVER_ERROR
