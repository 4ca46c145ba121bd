# SPDX-License-Identifier: Apache-2.0
"""The journal of a cluster with the engine memory, in a file beside its brokers.

One batch behind the other, written before anybody can read it: it survives the process that holds
the cluster, however that ends, and not the machine (nothing is flushed). What a cluster for
development knows about itself is small, so the file is kept whole.
"""

from __future__ import annotations

import os

from ottla.records.batch import CorruptRecord, iter_headers, verify_crc


class JournalFile:
    """One file; owned by the process that holds the cluster."""

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        with open(self._handle, "rb", closefd=False) as file:
            data = file.read()
        self.batches = data[: _whole_bytes(data)]
        """The batches that were there, one behind the other."""
        os.ftruncate(self._handle, len(self.batches))  # a process that was killed left half a one

    def append(self, batch: bytes) -> None:
        """Write one batch."""
        left = memoryview(batch)
        while left:
            left = left[os.write(self._handle, left) :]

    def close(self) -> None:
        """Let the file go."""
        os.close(self._handle)


def _whole_bytes(data: bytes) -> int:
    """Return where the last whole batch ends."""
    view = memoryview(data)
    end = 0
    try:
        for position, header in iter_headers(view, partial_tail=True):
            verify_crc(view[position : position + header.size_bytes])
            end = position + header.size_bytes
    except CorruptRecord:
        pass
    return end
