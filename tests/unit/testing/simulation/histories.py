# SPDX-License-Identifier: Apache-2.0
"""A short way to write histories by hand, one operation a line.

    1 send t-0@0=10 t-0@1=11        process 1 sent values 10 and 11, which landed at 0 and 1
    2 poll t-0:0=10 t-0:1=11        process 2 polled them
    3 txn? t-0:0=10 t-1@=20         a transaction of which nobody knows how it ended
    1 send! t-0@=12                 it failed
    2 assign t-0                    2 poll ~t-0 t-0:5=15      (~: rebalanced meanwhile)
    2 commit g/3 t-0:5              generation 3 of group g committed
    2 committed g t-0:5             2 own g/3 t-0 t-1         9 ends t-0=4/7

Operations follow each other, one second each; `+n` at the end of a line lets it last n seconds
longer, beyond the beginning of the next ones.
"""

from __future__ import annotations

import re

from ottla.testing.simulation.history import Operation, Step

_OUTCOMES = {"": "ok", "!": "fail", "?": "info"}
_LINE = re.compile(r"(\d+) ([a-z]+)([!?]?)((?: \S+)*?)(?: \+(\d+))?$")


def history(text: str) -> list[Operation]:
    """Return the operations behind the notation."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return [_operation(number, line) for number, line in enumerate(lines)]


def _operation(number: int, line: str) -> Operation:
    match = _LINE.fullmatch(line)
    assert match, line
    process, function, mark, rest, longer = match.groups()
    words = rest.split()
    fields: dict[str, object] = {}
    if function in ("commit", "committed", "own"):
        group, _, generation = words.pop(0).partition("/")
        fields["group"] = group
        fields["generation"] = int(generation or -1)
    if function in ("commit", "committed"):
        pairs = (word.split(":") for word in words)
        fields["offsets"] = {partition: int(offset) for partition, offset in pairs}
    elif function in ("assign", "own", "subscribe"):
        fields["partitions"] = tuple(words)
    elif function == "ends":
        fields["ends"] = {
            partition: tuple(map(int, ends.split("/")))
            for partition, ends in (word.split("=") for word in words)
        }
    else:
        fields["rebalanced"] = tuple(word[1:] for word in words if word.startswith("~"))
        fields["steps"] = tuple(_step(word) for word in words if not word.startswith("~"))
    return Operation(
        process=int(process),
        f=function,
        outcome=_OUTCOMES[mark],
        invoked=float(number),
        completed=number + 0.5 + int(longer or 0),
        **fields,
    )


def _step(word: str) -> Step:
    match = re.fullmatch(r"([\w-]+)([@:])(\d*)=(\d+)", word)
    assert match, word
    partition, kind, offset, value = match.groups()
    record = (int(offset) if offset else None, int(value))
    return Step("send" if kind == "@" else "poll", partition, (record,))
