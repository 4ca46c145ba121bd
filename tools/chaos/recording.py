# SPDX-License-Identifier: Apache-2.0
"""The history in the making, shared by clients in several threads."""

import threading
import time
from typing import Any

from ottla.testing.simulation.history import Operation, Step
from ottla.testing.simulation.workload import Begun, Recorder


class SharedRecorder(Recorder):
    """A recorder for threads; also knows what clients were promised about topics of their own."""

    def __init__(self) -> None:
        began = time.monotonic()
        super().__init__(lambda: time.monotonic() - began)
        self._lock = threading.Lock()
        self.acknowledged_count = 0
        self.log_starts: dict[str, int] = {}

    def new_process(self) -> int:
        """Return the number of another client."""
        with self._lock:
            return super().new_process()

    def new_values(self, count: int) -> range:
        """Return values that nobody has written."""
        with self._lock:
            return super().new_values(count)

    def begin(self, process: int, f: str, **fields: Any) -> Begun:
        """Write down that an operation begins."""
        with self._lock:
            return super().begin(process, f, **fields)

    def sent(self, begun: Begun, partition: str, offset: int, value: int) -> None:
        """Write down that a send was acknowledged."""
        begun.end("ok", steps=(Step("send", partition, ((offset, value),)),))
        self.acknowledged_count += 1

    def complain(self, text: str) -> None:
        """Keep what no client may ever be told."""
        self.complaints.append(f"at {self.now():.3f} {text}")

    def operations(self) -> list[Operation]:
        """Return the history as far as it has got."""
        with self._lock:
            return self.history()
