# SPDX-License-Identifier: Apache-2.0
"""Answers that may come later."""

from __future__ import annotations

import pytest

from ottla.coordinators.pending import Pending, gather
from ottla.protocol.errors import ApiError, ErrorCode


def test_whoever_waits_is_called_once_with_the_answer():
    """A callback is called when the answer comes, and at once when it has come before."""
    pending: Pending[int] = Pending()
    seen: list[int] = []
    pending.when_done(lambda done: seen.append(done.value))
    assert seen == []
    pending.complete(7)
    pending.when_done(lambda done: seen.append(done.value + 1))
    assert seen == [7, 8]


def test_an_error_is_raised_where_the_value_is_asked_for():
    """A failed answer has an error and no value."""
    pending: Pending[int] = Pending()
    pending.fail(ApiError(ErrorCode.NOT_COORDINATOR))
    assert pending.error is not None
    with pytest.raises(ApiError):
        _ = pending.value


def test_then_converts_answers_and_passes_errors_on():
    """`then` applies a function to the answer only."""
    pending: Pending[int] = Pending()
    text = pending.then(str)
    pending.complete(3)
    assert text.value == "3"
    failed: Pending[int] = Pending()
    converted = failed.then(str)
    failed.fail(ApiError(ErrorCode.NOT_COORDINATOR))
    assert converted.error is failed.error


def test_gather_is_done_with_the_last_one():
    """Gathered answers are done when all are, failed ones included."""
    first, second, done = Pending[int](), Pending[int](), Pending.of(1)
    gathered = gather([first, done, second])
    first.complete(2)
    assert not gathered.is_done
    second.fail(ApiError(ErrorCode.NOT_COORDINATOR))
    assert gathered.is_done
    assert [one.is_done for one in gathered.value] == [True, True, True]
    assert gather([done]).is_done


def test_otherwise_converts_errors_and_passes_answers_on():
    """`otherwise` makes an answer of an error, now or later."""
    done = Pending.of(1)
    assert done.otherwise(lambda error: 0) is done
    for answer in (1, ApiError(ErrorCode.NOT_COORDINATOR)):
        pending: Pending[int] = Pending()
        converted = pending.otherwise(lambda error: -error.code)
        if isinstance(answer, ApiError):
            pending.fail(answer)
            assert converted.value == -ErrorCode.NOT_COORDINATOR
        else:
            pending.complete(answer)
            assert converted.value == 1


def test_followed_by_goes_on_with_the_answer():
    """What follows may be later, and raised, failed and earlier errors all arrive."""

    def refuse(_):
        raise ApiError(ErrorCode.NOT_COORDINATOR)

    first, second = Pending[int](), Pending[str]()
    both = first.followed_by(lambda _: second)
    first.complete(1)
    assert not both.is_done
    second.complete("x")
    assert both.value == "x"
    failed: Pending[int] = Pending()
    failed.fail(ApiError(ErrorCode.NOT_COORDINATOR))
    for chain in (
        Pending.of(1).followed_by(refuse),
        Pending.of(1).followed_by(lambda _: failed),
        failed.followed_by(Pending.of),
    ):
        assert chain.error_code == ErrorCode.NOT_COORDINATOR
