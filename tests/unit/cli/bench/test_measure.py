# SPDX-License-Identifier: Apache-2.0
"""Pace and the end of the temporary topic. Whole measurements: tests/integration."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from tests.unit.cli.bench.plans import PLAN

from ottla.cli.bench import measure
from ottla.cli.bench.measure import RUN_RECORDS, _delete, _Sending
from ottla.cli.bench.plan import Kind
from ottla.cli.bench.result import Result
from ottla.client.errors import RequestTimeoutError
from ottla.protocol.errors import ApiError, ErrorCode


class Refusing:
    """An Admin that cannot delete."""

    def __init__(self, error) -> None:
        self._error = error

    async def delete_topics(self, _names):
        """Fail."""
        raise self._error


@pytest.mark.parametrize(
    ("rate", "records", "sent", "elapsed_s", "due"),
    [
        (None, None, 0, 0.0, RUN_RECORDS),
        (None, 10, 7, 1.0, 3),
        (100.0, None, 0, 0.0, 1),
        (100.0, None, 1, 0.0, 0),
        (100.0, None, 20, 0.25, 6),
        (100.0, None, 90, 0.25, 0),
        (1e9, None, 0, 1.0, RUN_RECORDS),
    ],
)
def test_pace(monkeypatch, rate, records, sent, elapsed_s, due):
    """No more than the rate allows, the count asks for, and a run has."""
    plan = replace(PLAN, rate=rate, records=records)
    sending = _Sending(None, plan, Result(plan))
    monkeypatch.setattr(time, "perf_counter", lambda: sending.started + elapsed_s)
    assert sending._due(sent) == due


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "unknown"), ""),
        (ApiError(ErrorCode.TOPIC_AUTHORIZATION_FAILED, "no"), "'t' could not be deleted: no"),
        (RequestTimeoutError("late"), "'t' may still be there: late"),
    ],
)
def test_a_topic_that_stays_is_told(capsys, error, words):
    """It is news unless the topic was never made."""
    asyncio.run(_delete(Refusing(error), "t"))
    output = capsys.readouterr().err
    assert words in output
    assert bool(output) is bool(words)


def test_every_kind_can_be_measured():
    """The table of measurements is complete."""
    assert set(measure._MEASURES) == set(Kind)
