# SPDX-License-Identifier: Apache-2.0
r"""Turns records into output: values alone, a template, or JSON lines.

A template has placeholders in braces: {topic} {partition} {offset} {timestamp} {timestamp_ms} {key}
{value} {headers}; `{{` and `}}` are braces, `\t` and `\n` tab and newline. Every record ends with
a newline. A null key or value reads `null`.

A writer takes the records of one partition at a time and returns bytes. For a pipe, bytes of
keys and values go through unchanged; for a terminal what is not plain text is escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from string import Formatter
from typing import TYPE_CHECKING

from ottla.cli.output import CONTROL, json_field, printable, utc_text

if TYPE_CHECKING:
    from ottla.client.topic_partition import TopicPartition
    from ottla.records.record import Record

RecordWriter = Callable[["TopicPartition", Sequence["Record"]], bytes]
_Field = Callable[["TopicPartition", "Record"], bytes]

NULL = b"null"

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\"}


def value_writer(*, for_terminal: bool) -> RecordWriter:
    """Return a writer of values, one per line."""

    def write(_: TopicPartition, records: Sequence[Record]) -> bytes:
        values = [NULL if record.value is None else record.value for record in records]
        if for_terminal:
            values = [printable(value).encode() for value in values]
        values.append(b"")
        return b"\n".join(values)

    return write


def template_writer(template: str, *, for_terminal: bool) -> RecordWriter:
    """Return a writer for a template; ValueError says what is wrong with it."""
    fields = list(_parse(template, for_terminal=for_terminal))

    def write(name: TopicPartition, records: Sequence[Record]) -> bytes:
        parts = []
        for record in records:
            parts.extend([field(name, record) for field in fields])
            parts.append(b"\n")
        return b"".join(parts)

    return write


def json_writer(*, for_terminal: bool) -> RecordWriter:
    """Return a writer of one JSON object per line."""

    def write(name: TopicPartition, records: Sequence[Record]) -> bytes:
        text = "".join(f"{_record_json(name, record)}\n" for record in records)
        if for_terminal:
            text = CONTROL.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
        return text.encode("utf-8", "backslashreplace")

    return write


def _record_json(name: TopicPartition, record: Record) -> str:
    document = {
        "topic": name.topic,
        "partition": name.partition,
        "offset": record.offset,
        "timestamp": utc_text(record.timestamp_ms) or None,
        **json_field("key", record.key),
        **json_field("value", record.value),
        "headers": [
            {"name": header, **json_field("value", value)} for header, value in record.headers
        ],
    }
    return json.dumps(document, ensure_ascii=False)


def _parse(template: str, *, for_terminal: bool) -> list[_Field]:
    fields: list[_Field] = []
    makers = _fields(for_terminal=for_terminal)
    try:
        pieces = list(Formatter().parse(_ESCAPE.sub(_unescaped, template)))
    except ValueError as error:
        raise ValueError(f"{error}; write braces that stand for themselves twice") from error
    for literal, name, spec, conversion in pieces:
        if literal:
            fields.append(_literal(literal.encode("utf-8", "surrogateescape")))
        if name is None:
            continue
        if name not in makers or spec or conversion:
            known = " ".join(f"{{{known}}}" for known in makers)
            raise ValueError(f"there is no {{{name}}}; placeholders are {known}")
        fields.append(makers[name])
    return fields


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPED.get(match.group(1), match.group())


def _literal(data: bytes) -> _Field:
    return lambda _, __: data


def _fields(*, for_terminal: bool) -> dict[str, _Field]:
    def shown(data: bytes | None) -> bytes:
        if data is None:
            return NULL
        return printable(data).encode() if for_terminal else data

    def headers(record: Record) -> bytes:
        return b",".join(
            shown(header.encode("utf-8", "surrogateescape")) + b"=" + shown(value)
            for header, value in record.headers
        )

    return {
        "topic": lambda name, _: name.topic.encode(),
        "partition": lambda name, _: b"%d" % name.partition,
        "offset": lambda _, record: b"%d" % record.offset,
        "timestamp": lambda _, record: utc_text(record.timestamp_ms).encode(),
        "timestamp_ms": lambda _, record: b"%d" % record.timestamp_ms,
        "key": lambda _, record: shown(record.key),
        "value": lambda _, record: shown(record.value),
        "headers": lambda _, record: headers(record),
    }
