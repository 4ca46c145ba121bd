# SPDX-License-Identifier: Apache-2.0
"""What the checker of histories does not know: that copies are exact."""

from collections.abc import Iterator, Sequence

from ottla.testing.simulation.checks.evidence import Anomaly
from ottla.testing.simulation.history import Operation
from tools.chaos.topics import INPUT


def inexact_copies(operations: Sequence[Operation]) -> Iterator[Anomaly]:
    """Find input that two committed transactions have copied, and input that none has.

    The history has to end with a reader at the end of the input, after copiers had copied it.
    """
    copied: dict[int, Operation] = {}
    maybe_copied: set[int] = set()
    seen: set[int] = set()
    for operation in operations:
        for partition, _, value in operation.polled():
            if not partition.startswith(f"{INPUT}-"):
                continue
            if operation.f != "txn":
                seen.add(value)
            elif operation.outcome == "info":
                maybe_copied.add(value)
            elif operation.outcome == "ok":
                other = copied.setdefault(value, operation)
                if other is not operation:
                    text = f"value {value} was copied by {other} and by {operation}"
                    yield Anomaly("copied-twice", text)
    for value in sorted(seen - copied.keys() - maybe_copied):
        yield Anomaly("not-copied", f"no transaction has copied the value {value}")
