# SPDX-License-Identifier: Apache-2.0
"""How commands speak: tables for people, tab-separated lines for pipes, JSON for scripts.

Rules: results go to standard output, remarks to standard error, and remarks only when a person is
there to read them. Bytes of records never reach a terminal raw: control characters would let a
record move the cursor, change colours or worse.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""C0 and C1 controls except tab and newline, and marks that reorder text."""


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    rarely_used: Sequence[str] = (),
) -> None:
    """Print rows: a table on a terminal, a header and tab-separated lines elsewhere.

    An empty table is nothing on a terminal: the command says in words what that means. Columns in
    `rarely_used` are left out there when no row has anything in them.
    """
    if sys.stdout.isatty():
        cells = [[_cell(value) for value in row] for row in rows]
        shown = [
            number
            for number, column in enumerate(columns)
            if column not in rarely_used or any(row[number] for row in cells)
        ]
        if cells:
            _print_rich_table(
                [columns[number] for number in shown],
                [[row[number] for number in shown] for row in cells],
            )
        return
    lines = ["\t".join(columns)]
    lines += ["\t".join(_cell(value).replace("\t", " ") for value in row) for row in rows]
    sys.stdout.write("\n".join(lines) + "\n")


def print_facts(facts: Sequence[tuple[str, object]]) -> None:
    """Print names with values, one per line."""
    if sys.stdout.isatty():
        width = max(len(name) for name, _ in facts)
        for name, value in facts:
            click.echo(f"{click.style(name.ljust(width), dim=True)}  {_cell(value)}")
        click.echo()
        return
    for name, value in facts:
        sys.stdout.write(f"{name}\t{_cell(value)}\n")


def print_gap() -> None:
    """Print an empty line between two things, for scripts as well: it ends a table."""
    click.echo()


def print_json(value: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def print_done(text: str) -> None:
    """Confirm a change."""
    mark = click.style("✓ ", fg="green") if sys.stdout.isatty() else ""
    click.echo(f"{mark}{text}")


def remark(text: str) -> None:
    """Say something that is no result; only a person at a terminal hears it."""
    if sys.stderr.isatty():
        click.echo(click.style(text, dim=True), err=True)


def utc_text(timestamp_ms: int) -> str:
    """Return a record's time as ISO 8601 in UTC with milliseconds; empty when it has none."""
    if timestamp_ms < 0:
        return ""
    try:
        moment = datetime.fromtimestamp(timestamp_ms // 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return str(timestamp_ms)  # beyond the year 9999
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{timestamp_ms % 1000:03d}Z"


def printable(data: bytes) -> str:
    r"""Return text that is safe on a terminal: `\xNN` for what is not UTF-8 or is a control."""
    text = data.decode("utf-8", "backslashreplace")
    return CONTROL.sub(_escaped, text)


def json_field(name: str, data: bytes | None) -> dict[str, str | None]:
    """Return a field as text, or as `<name>_base64` when it is not UTF-8: nothing is lost."""
    if data is None:
        return {name: None}
    try:
        return {name: data.decode("utf-8")}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(data).decode("ascii")}


def size_text(size_bytes: float) -> str:
    """Return a size for people: 512 B, 1.5 KB, 20 MB."""
    for unit in ("B", "KB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.3g} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.3g} TB"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return CONTROL.sub(_escaped, str(value))


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _print_rich_table(columns: Sequence[str], rows: list[list[str]]) -> None:
    from rich import box  # noqa: PLC0415 - 30 ms that pipes and scripts need not pay
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        header_style="bold",
        border_style="dim",
    )
    for number, column in enumerate(columns):
        filled = [row[number] for row in rows if row[number]]
        is_numeric = bool(filled) and all(map(_is_number, filled))
        table.add_column(column, justify="right" if is_numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def _is_number(text: str) -> bool:
    return bool(text) and text.lstrip("+-").replace(",", "").isdigit()
