# SPDX-License-Identifier: Apache-2.0
"""One producer id is at hand."""

from __future__ import annotations

import pytest

from ottla.coordinators.pending import Pending
from ottla.coordinators.transaction.producer_id_reserve import ProducerIdReserve
from ottla.protocol.errors import ApiError, ErrorCode


class Source:
    """Gives ids when told to."""

    def __init__(self) -> None:
        self.asked: list[Pending[int]] = []

    def next(self):
        """Promise an id."""
        self.asked.append(Pending())
        return self.asked[-1]


@pytest.fixture
def source():
    """Return a source of ids that come when the test says so."""
    return Source()


def test_an_id_is_fetched_once_for_all_who_wait(source):
    """Two that wait share one question."""
    reserve = ProducerIdReserve(source.next)
    first, second = reserve.fill(), reserve.fill()
    assert len(source.asked) == 1
    assert not reserve.is_ready
    source.asked[0].complete(5)
    assert first.is_done
    assert second.is_done
    assert reserve.is_ready


def test_taking_one_fetches_the_next(source):
    """The next decision finds one again."""
    reserve = ProducerIdReserve(source.next)
    reserve.fill()
    source.asked[0].complete(5)
    assert reserve.take() == 5
    assert not reserve.is_ready
    assert len(source.asked) == 2
    source.asked[1].complete(6)
    assert reserve.fill().is_done
    assert reserve.take() == 6


def test_an_error_is_told_and_the_next_one_asks_again(source):
    """A controller that cannot answer now may later."""
    reserve = ProducerIdReserve(source.next)
    waiting = reserve.fill()
    source.asked[0].fail(ApiError(ErrorCode.BROKER_NOT_AVAILABLE))
    assert waiting.error_code is ErrorCode.BROKER_NOT_AVAILABLE
    again = reserve.fill()
    source.asked[1].complete(7)
    assert again.is_done
    assert reserve.take() == 7
