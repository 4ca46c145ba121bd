# SPDX-License-Identifier: Apache-2.0
"""Times and durations as they are typed and shown."""

from __future__ import annotations

import click
import pytest

from ottla.cli.time_text import duration_text, parse_duration, parse_time


@pytest.mark.parametrize(
    ("text", "timestamp_ms"),
    [
        ("1970-01-01", 0),
        ("1970-01-01T00:00:01", 1000),
        ("1970-01-01T00:00:01.5Z", 1500),
        ("1970-01-01T01:00:00+01:00", 0),
        ("2026-11-21T04:26:02.104Z", 1_795_235_162_104),
    ],
)
def test_times(text, timestamp_ms):
    """ISO 8601, UTC when no zone is named, to the millisecond."""
    assert parse_time(text) == timestamp_ms


@pytest.mark.parametrize("text", ["", "yesterday", "1969-12-31", "2026-13-01"])
def test_bad_times(text):
    """What is no time, or before all times of records, is wrong usage."""
    with pytest.raises(click.BadParameter):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "duration_ms"),
    [
        ("PT1H", 3_600_000),
        ("P1DT1H30M", 91_800_000),
        ("pt0.5s", 500),
        ("P2W", 1_209_600_000),
        ("1h30m", 5_400_000),
        ("90s", 90_000),
        ("500ms", 500),
        ("1.5d", 129_600_000),
        ("1w2d3h4m5s6ms", 788_645_006),
        ("0s", 0),
    ],
)
def test_durations(text, duration_ms):
    """ISO 8601 and the short form."""
    assert parse_duration(text) == duration_ms


@pytest.mark.parametrize("text", ["", "P", "PT", "90", "1x", "h", "-1h", "P1M", "1h 30m"])
def test_bad_durations(text):
    """What is no duration is wrong usage; months differ in length."""
    with pytest.raises(click.BadParameter):
        parse_duration(text)


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [
        (None, ""),
        (0, "0.0 s"),
        (449, "0.4 s"),
        (12_345, "12 s"),
        (59_999, "59 s"),
        (60_000, "1 min"),
        (303_000, "5 min 3 s"),
        (3_600_000, "1 h"),
        (5_460_000, "1 h 31 min"),
        (273_600_000, "3 d 4 h"),
    ],
)
def test_durations_for_people(duration_ms, text):
    """At most two units."""
    assert duration_text(duration_ms) == text
