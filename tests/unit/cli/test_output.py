# SPDX-License-Identifier: Apache-2.0
"""Output: exact in pipes, safe on terminals."""

from __future__ import annotations

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.cli.output import (
    json_field,
    print_facts,
    print_gap,
    print_json,
    print_table,
    printable,
    remark,
    size_text,
    utc_text,
)


class Terminal(io.StringIO):
    """Text output that says it is a terminal."""

    def isatty(self):
        """Claim so."""
        return True


@given(st.binary(max_size=60))
def test_no_control_reaches_a_terminal(data):
    """Whatever the bytes, the text has no control character but tab and newline."""
    text = printable(data)
    for character in text:
        assert character in "\t\n" or character.isprintable() or ord(character) > 0x9F
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_ordinary_text_stays():
    """Text in any language is shown as it is; what is not UTF-8 as escapes."""
    assert printable("Grüße, 世界 👋".encode()) == "Grüße, 世界 👋"
    assert printable(b"\xff\x00a\x1b[2J") == "\\xff\\x00a\\x1b[2J"
    assert printable("a\u202eb".encode()) == "a\\u202eb"


@given(st.none() | st.binary(max_size=20))
def test_json_field_loses_nothing(data):
    """A field comes back from JSON to the byte, as text or as base64."""
    import base64

    field = json.loads(json.dumps(json_field("value", data)))
    if "value_base64" in field:
        assert base64.b64decode(field["value_base64"]) == data
    elif data is None:
        assert field["value"] is None
    else:
        assert field["value"].encode() == data


@pytest.mark.parametrize(
    ("timestamp_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
        (-1, ""),
        (10**17, str(10**17)),
    ],
)
def test_times_are_utc(timestamp_ms, text):
    """Times are ISO 8601 in UTC; what no calendar holds is a number."""
    assert utc_text(timestamp_ms) == text


def test_table_in_a_pipe(capsys):
    """A pipe gets a header and tab-separated lines, a tab inside a value becomes a blank."""
    print_table(("A", "B"), [("x\ty", None), ([1, 2], True)])
    assert capsys.readouterr().out == "A\tB\nx y\t\n1,2\tyes\n"


def test_facts_in_a_pipe(capsys):
    """Facts are name and value with a tab between."""
    print_facts([("name", "value"), ("n", 3)])
    assert capsys.readouterr().out == "name\tvalue\nn\t3\n"


def test_table_on_a_terminal(monkeypatch):
    """A terminal gets a table; control characters of a value are escaped."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    print_table(("TOPIC", "PARTITIONS"), [("a\x1b[31m[red]", 3), ("b", 12)])
    print_facts([("long name", 1), ("n", 2)])
    text = terminal.getvalue()
    assert "a\\x1b[31m[red]" in text
    assert "TOPIC" in text
    assert "\x1b[31m" not in text


def test_json_is_readable_text(capsys):
    """Documents keep letters of all languages."""
    print_json({"a": "ü"})
    assert capsys.readouterr().out == '{\n  "a": "ü"\n}\n'


def test_remarks_are_for_people(capsys, monkeypatch):
    """Without a terminal nobody is told anything beside the result."""
    remark("hello")
    assert capsys.readouterr().err == ""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    remark("hello")
    assert "hello" in terminal.getvalue()


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 KB"), (20_000_000, "20 MB"), (3e12, "3 TB")],
)
def test_sizes(size, text):
    """Sizes are short."""
    assert size_text(size) == text


def test_columns_that_nobody_needs(capsys, monkeypatch):
    """A rarely used column is shown on a terminal only when it has something to say."""
    columns, rows = ("A", "NOTE"), [(1, None), (2, None)]
    print_table(columns, rows, rarely_used=("NOTE",))
    assert capsys.readouterr().out == "A\tNOTE\n1\t\n2\t\n"
    monkeypatch.setattr(sys, "stdout", Terminal())
    print_table(columns, rows, rarely_used=("NOTE",))
    assert "NOTE" not in sys.stdout.getvalue()
    print_table(columns, [*rows, (3, "odd")], rarely_used=("NOTE",))
    assert "NOTE" in sys.stdout.getvalue()


def test_numbers_stand_under_each_other(monkeypatch):
    """A column of numbers is set to the right, also when some of them are not known."""
    monkeypatch.setattr(sys, "stdout", Terminal())
    print_table(("NUMBER",), [(1,), (None,), ("+22",)])
    lines = [line.split("m")[-1] for line in sys.stdout.getvalue().splitlines()]
    assert lines[-3:] == ["     1", "      ", "   +22"]


def test_gap(capsys):
    """An empty line ends a table."""
    print_gap()
    assert capsys.readouterr().out == "\n"
