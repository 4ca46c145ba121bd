# SPDX-License-Identifier: Apache-2.0
"""Records as output: values, templates, JSON lines."""

from __future__ import annotations

import json

import pytest

from ottla.cli.record_format import json_writer, template_writer, value_writer
from ottla.client.topic_partition import TopicPartition
from ottla.records.record import Record

NAME = TopicPartition("orders", 2)
PLAIN = Record(7, 1_700_000_000_123, b"k", b"v", (("h", b"1"), ("i", None)))
BINARY = Record(8, -1, None, b"\xff\x1b[2J", ())


def test_values_in_a_pipe_are_raw():
    """A pipe gets exactly the bytes, one value per line, null as a word."""
    write = value_writer(for_terminal=False)
    assert write(NAME, [PLAIN, BINARY, Record(9, 0, b"", None)]) == b"v\n\xff\x1b[2J\nnull\n"


def test_values_on_a_terminal_are_safe():
    """A terminal gets escapes for what is not text."""
    assert value_writer(for_terminal=True)(NAME, [BINARY]) == b"\\xff\\x1b[2J\n"


def test_template():
    """All placeholders are filled; escapes and doubled braces work."""
    template = (
        r"{topic}\t{partition} {offset} {timestamp} {timestamp_ms} {key}={value} {headers} {{}}"
    )
    assert template_writer(template, for_terminal=False)(NAME, [PLAIN]) == (
        b"orders\t2 7 2023-11-14T22:13:20.123Z 1700000000123 k=v h=1,i=null {}\n"
    )
    assert template_writer("{key}", for_terminal=False)(NAME, [BINARY]) == b"null\n"


def test_template_on_a_terminal_is_safe():
    """Keys, values and headers are escaped."""
    record = Record(1, 0, b"\x07", b"\x1b", (("\x1b", b"\x9b"),))
    text = template_writer("{key}{value}{headers}", for_terminal=True)(NAME, [record])
    assert text == b"\\x07\\x1b\\x1b=\\x9b\n"


@pytest.mark.parametrize("template", ["{nope}", "{key:>5}", "{key!r}", "{", "}", "{}"])
def test_bad_templates(template):
    """What is not a placeholder is refused."""
    with pytest.raises(ValueError, match=r"placeholders are|twice"):
        template_writer(template, for_terminal=False)


def test_json_lines():
    """Every record is one object on one line."""
    lines = json_writer(for_terminal=False)(NAME, [PLAIN, BINARY]).decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "topic": "orders",
            "partition": 2,
            "offset": 7,
            "timestamp": "2023-11-14T22:13:20.123Z",
            "key": "k",
            "value": "v",
            "headers": [{"name": "h", "value": "1"}, {"name": "i", "value": None}],
        },
        {
            "topic": "orders",
            "partition": 2,
            "offset": 8,
            "timestamp": None,
            "key": None,
            "value_base64": "/xtbMko=",
            "headers": [],
        },
    ]


def test_json_on_a_terminal_escapes_what_moves_the_cursor():
    """C1 controls and reordering marks are escaped, and the line is still JSON."""
    record = Record(1, 0, None, "\x9b\u202eü".encode(), (("\udcff", b""),))
    line = json_writer(for_terminal=True)(NAME, [record])
    assert b"\\u009b\\u202e\xc3\xbc" in line
    assert json.loads(line)["value"] == "\x9b\u202eü"
