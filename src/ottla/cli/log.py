# SPDX-License-Identifier: Apache-2.0
"""`ottla log`: look into the files of a data folder, also of one that Apache Kafka wrote.

No broker is asked, none is disturbed: files are only read. The human view puts a batch on a line;
`--json` prints every field, one object per line, as the file is read.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import click

from ottla.cli.metadata_view import is_metadata_file, with_decoded_values
from ottla.cli.output import print_facts, print_table, size_text, utc_text
from ottla.cli.session import CommandError
from ottla.storage.dump import dump_file
from ottla.storage.files import LocalFileSystem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ottla.storage.dump import Row

_BATCH_COLUMNS = (
    "OFFSETS",
    "RECORDS",
    "AT",
    "SIZE",
    "EPOCH",
    "CODEC",
    "LATEST RECORD",
    "PRODUCER",
    "NOTES",
)
_RECORD_COLUMNS = ("OFFSET", "TIMESTAMP", "KEY", "VALUE", "HEADERS")


@click.group("log")
def command() -> None:
    """Look into files of a data folder; no broker is needed or disturbed."""


@command.command("dump")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@click.option("--records", "with_records", is_flag=True, help="Show the records of each batch.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def dump_command(files: tuple[str, ...], with_records: bool, as_json: bool) -> None:
    """Show segments, indexes, snapshots and checkpoints in readable form."""
    for path in files:
        try:
            rows = _rows(path, with_records=with_records)
            if as_json:
                _print_json_lines(rows)
            else:
                _print_readable(path, list(rows), is_one_of_many=len(files) > 1)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            reason = error.strerror or "no such file"
            raise CommandError(f"cannot read {path}: {reason}") from error


def _rows(path: str, *, with_records: bool) -> Iterator[Row]:
    if os.path.isdir(path):
        names = sorted(name for name in os.listdir(path) if name.endswith(".log"))
        hint = f", for example {os.path.join(path, names[0])}" if names else ""
        raise CommandError(f"{path} is a folder: name a file in it{hint}")
    rows = dump_file(LocalFileSystem(), path, with_records=with_records)
    return with_decoded_values(rows) if is_metadata_file(path) else rows


def _print_json_lines(rows: Iterator[Row]) -> None:
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


def _print_readable(path: str, rows: list[Row], *, is_one_of_many: bool) -> None:
    if is_one_of_many:
        click.echo(click.style(path, bold=sys.stdout.isatty()))
    if rows and "base_offset" in rows[0]:
        print_table(_BATCH_COLUMNS, map(_batch_cells, rows))
        records = [record for row in rows for record in _records_of(row)]
        if records:
            if sys.stdout.isatty():
                click.echo()
            print_table(_RECORD_COLUMNS, map(_record_cells, records))
    elif len(rows) == 1:
        print_facts([(name.replace("_", " "), value) for name, value in rows[0].items()])
    elif rows:
        columns = [name.replace("_ms", "").replace("_", " ").upper() for name in rows[0]]
        print_table(columns, [_cells(row) for row in rows])
    else:
        click.echo("empty")


def _batch_cells(row: Row) -> Sequence[object]:
    notes = [
        note
        for is_so, note in (
            (not row["is_crc_valid"], "CRC IS WRONG"),
            (row["is_control"], "control"),
            (row["is_transactional"], "transactional"),
            (row["timestamp_type"] == "LogAppendTime", "log append time"),
            ("delete_horizon_ms" in row, "delete horizon"),
        )
        if is_so
    ]
    producer = ""
    if "producer_id" in row:
        sequences = f"{row['base_sequence']}-{row['last_sequence']}"
        producer = f"{row['producer_id']}/{row['producer_epoch']} sequence {sequences}"
    return (
        f"{row['base_offset']}-{row['last_offset']}",
        row["record_count"],
        row["position"],
        size_text(_number(row["size_bytes"])),
        row["leader_epoch"],
        row["codec"],
        utc_text(_number(row["max_timestamp_ms"])),
        producer,
        ", ".join(notes),
    )


def _records_of(row: Row) -> list[Row]:
    records = row.get("records", [])
    assert isinstance(records, list)
    return records


def _record_cells(record: Row) -> Sequence[object]:
    headers = record["headers"]
    assert isinstance(headers, list)
    value = record.get("control", record["value"])
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    return (
        record["offset"],
        utc_text(_number(record["timestamp_ms"])),
        "" if "control" in record else record["key"],
        value,
        ",".join(f"{name}={header}" for name, header in headers),
    )


def _cells(row: Row) -> list[object]:
    return [
        utc_text(_number(value)) if name.endswith("_ms") else value for name, value in row.items()
    ]


def _number(value: object) -> int:
    assert isinstance(value, int), value
    return value
