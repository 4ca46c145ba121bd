# SPDX-License-Identifier: Apache-2.0
"""Times and durations as people type and read them.

Typed: a time in ISO 8601 (UTC when it names no zone), a duration in ISO 8601 (`PT1H30M`, `P2D`) or
short (`1h30m`, `90s`, `500ms`). Months and years are no durations: they differ in length.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

import click

_UNIT_MS: Final = {
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1000,
    "ms": 1,
}
_SHORT: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|[wdhms])")
_ISO: Final = re.compile(
    r"P(?:(?P<w>\d+(?:\.\d+)?)W)?(?:(?P<d>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<h>\d+(?:\.\d+)?)H)?(?:(?P<m>\d+(?:\.\d+)?)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?",
    re.IGNORECASE,
)


def parse_time(text: str) -> int:
    """Return milliseconds since 1970 for a time in ISO 8601."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is no time in ISO 8601, such as 2026-11-21T04:26:02.104Z"
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since_1970 = moment - datetime(1970, 1, 1, tzinfo=UTC)
    milliseconds = (since_1970.days * 86_400 + since_1970.seconds) * 1000
    milliseconds += since_1970.microseconds // 1000
    if milliseconds < 0:
        raise click.BadParameter(f"{text!r} is before 1970, where the times of records begin")
    return milliseconds


def parse_duration(text: str) -> int:
    """Return the milliseconds of a duration."""
    parts = _parts(text.strip())
    if not parts:
        raise click.BadParameter(f"{text!r} is no duration, such as 1h30m, 90s, 2d or PT1H30M")
    return round(sum(float(number) * _UNIT_MS[unit] for number, unit in parts))


def duration_text(duration_ms: int | None) -> str:
    """Return a duration for people in at most two units: 0.4 s, 12 s, 5 min 3 s, 3 d 4 h."""
    if duration_ms is None:
        return ""
    if duration_ms < 10_000:
        return f"{duration_ms / 1000:.1f} s"
    seconds = duration_ms // 1000
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return _two(seconds // 60, "min", seconds % 60, "s")
    if seconds < 86_400:
        return _two(seconds // 3600, "h", seconds % 3600 // 60, "min")
    return _two(seconds // 86_400, "d", seconds % 86_400 // 3600, "h")


def _parts(text: str) -> list[tuple[str, str]]:
    iso = _ISO.fullmatch(text)
    if iso is not None:
        return [(number, unit) for unit, number in iso.groupdict().items() if number]
    lowered = text.lower()
    if not re.fullmatch(rf"(?:{_SHORT.pattern})+", lowered):
        return []
    return [(match[1], match[2]) for match in _SHORT.finditer(lowered)]


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    text = f"{large} {large_unit}"
    return f"{text} {small} {small_unit}" if small else text
