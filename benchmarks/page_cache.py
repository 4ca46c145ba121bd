# SPDX-License-Identifier: Apache-2.0
"""Make the memory that the next load's page cache will take fast, as it is on a machine in use.

On a virtual machine free memory may not be backed by the host: the first touch of such a page costs
the hypervisor about ten times what copying into it costs, and minutes of quiet give pages back to
the host. A benchmark that writes gigabytes then measures the hypervisor, whichever server runs.
Writing and deleting a file of that size straight before the load leaves as many backed, free pages.
They stay so for a second or two, so loads are bounded by bytes, not by time.
"""

import os
import tempfile

CHUNK = bytes(1 << 20)


def warm(size_bytes: int, directory: str | None = None) -> None:
    """Touch this much page cache and free it again; nothing reaches the disk."""
    with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
        for _ in range(size_bytes // len(CHUNK)):
            os.write(file.fileno(), CHUNK)
