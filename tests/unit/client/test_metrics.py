# SPDX-License-Identifier: Apache-2.0
"""The hook and its events, apart from who makes them."""

from __future__ import annotations

import logging
from dataclasses import FrozenInstanceError, fields
from functools import partial
from typing import get_args

import pytest

from ottla.client import metrics
from ottla.client.errors import ConfigurationError
from ottla.client.metrics import BufferFull, MetricsEvent, check_metrics, harmless

EVENT = BufferFull(buffered_bytes=1, waited_s=0.5)


def burn(event):
    """Raise."""
    raise RuntimeError(f"no room for {event}")


def test_what_a_hook_raises_is_logged_once_with_its_name(caplog):
    """And goes no further; later failures are there for DEBUG."""
    caplog.set_level(logging.DEBUG, "ottla.metrics")
    hook = harmless(burn)
    for _ in range(3):
        hook(EVENT)
    levels = [record.levelname for record in caplog.records]
    assert levels == ["WARNING", "DEBUG", "DEBUG"]
    assert f"{__name__}.burn failed" in caplog.records[0].getMessage()
    assert "no room for BufferFull(" in caplog.text


def test_any_callable_is_a_hook(caplog):
    """Functions, methods, objects and partials, each with a name for the log."""
    seen = []
    harmless(seen.append)(EVENT)
    harmless(partial(seen.append))(EVENT)
    assert seen == [EVENT, EVENT]
    harmless(partial(burn))(EVENT)
    assert "the metrics hook functools.partial failed" in caplog.text


def test_without_a_hook_there_is_nothing_to_call():
    """One test for None skips everything."""
    assert harmless(None) is None
    check_metrics(None)
    with pytest.raises(ConfigurationError, match="metrics=5 is not valid"):
        check_metrics(5)


def test_events_are_few_frozen_and_have_no_dict():
    """They may be kept, compared and handed to other threads."""
    events = get_args(MetricsEvent)
    assert 6 <= len(events) <= 10
    assert BufferFull(1, 0.5) == EVENT
    with pytest.raises(FrozenInstanceError):
        EVENT.waited_s = 1.0  # type: ignore[misc]
    for event in events:
        assert event.__slots__ == tuple(field.name for field in fields(event))
        assert event.__doc__
        assert getattr(metrics, event.__name__) is event
