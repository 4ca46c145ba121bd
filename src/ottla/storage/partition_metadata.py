# SPDX-License-Identifier: Apache-2.0
"""`partition.metadata`: which topic id a partition's directory belongs to.

Text file, Kafka's own:

    version: 0
    topic_id: 6EmkRvTmQTuiEnZI8HmPBg

A topic that was deleted and made again under its old name has another id, so a directory that was
left behind is recognised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.base.errors import StorageError
from ottla.base.ids import ZERO_UUID, uuid_from_text, uuid_to_text
from ottla.storage.files import read_file, write_file

if TYPE_CHECKING:
    from ottla.storage.files import FileSystem

FILE_NAME: Final = "partition.metadata"


class CorruptPartitionMetadata(StorageError):  # noqa: N818 - names what was found
    """The text does not say which topic the directory belongs to."""


def encode(topic_id: bytes) -> bytes:
    """Return the file's text."""
    return f"version: 0\ntopic_id: {uuid_to_text(topic_id)}\n".encode("ascii")


def decode(data: bytes) -> bytes:
    """Return the topic id; raises CorruptPartitionMetadata."""
    try:
        lines = data.decode("ascii").splitlines()
        fields = dict(line.split(": ", 1) for line in lines if line)
        if int(fields["version"]) != 0:
            raise CorruptPartitionMetadata(f"version {fields['version']} is not known")
        return uuid_from_text(fields["topic_id"])
    except (ValueError, KeyError) as error:
        raise CorruptPartitionMetadata(f"not a partition.metadata file: {data[:80]!r}") from error


def read_topic_id(files: FileSystem, directory: str) -> bytes:
    """Read the topic id of a partition's directory; raises FileNotFoundError without the file.

    An empty file holds no id: its directory entry survived a power cut and its text did not.
    """
    data = read_file(files, f"{directory}/{FILE_NAME}")
    return decode(data) if data else ZERO_UUID


def write_topic_id(files: FileSystem, directory: str, topic_id: bytes) -> None:
    """Mark a partition's directory as the given topic's. The caller makes it durable."""
    write_file(files, f"{directory}/{FILE_NAME}", encode(topic_id), durable=False)
