# SPDX-License-Identifier: Apache-2.0
"""How long a cluster whose controller died changes no metadata: ask survivors until one can."""

import selectors
import time
from collections.abc import Sequence
from contextlib import suppress

from benchmarks.admin import Admin
from benchmarks.cluster_metadata import (
    ask_any,
    create_topics,
    creation_errors,
    describe_quorum,
    metadata,
    quorum_leader,
    read_metadata,
)
from benchmarks.links import Link, answers

CHANGE_TIMEOUT_S = 60.0
CHANGE_TIMEOUT_MS = 1_000
CHANGE_PATIENCE_S = 1.5
CHANGE_PAUSE_S = 0.01
CHANGE_LINKS = 2  # at each surviving broker, so that one that hangs hides nothing


def time_until_change(addresses: Sequence[str], kind: str, dead: int) -> tuple[float, float]:
    """Ask survivors who decides and to create topics, over and over.

    Returns the seconds from now until one named another controller, and until one has created a
    topic. Each attempt has a name of its own; all that were created are deleted.
    """
    selector = selectors.DefaultSelector()
    watchers = [Link(address, selector) for address in addresses]
    askers = [Link(address, selector) for address in addresses for _ in range(CHANGE_LINKS)]
    asked_names: list[str] = []
    began = time.perf_counter()
    elected_s: float | None = None
    changed_s: float | None = None
    try:
        while elected_s is None or changed_s is None:
            if time.perf_counter() - began > CHANGE_TIMEOUT_S:
                raise TimeoutError(f"no topic could be created for {CHANGE_TIMEOUT_S} s")
            for link in watchers if elected_s is None else ():
                _ask_again(link, describe_quorum() if kind == "Kafka" else metadata([]))
            for link in askers if changed_s is None else ():
                name = f"change-{time.monotonic_ns()}"
                request = create_topics([(name, 1)], timeout_ms=CHANGE_TIMEOUT_MS, replicas=2)
                if _ask_again(link, request):
                    asked_names.append(name)
            for link, answer in answers(selector, CHANGE_PAUSE_S):
                passed = time.perf_counter() - began
                if answer is None:
                    continue
                if link in watchers:
                    leader = (
                        quorum_leader(answer)
                        if kind == "Kafka"
                        else read_metadata(answer).controller
                    )
                    if elected_s is None and leader not in {dead, -1}:
                        elected_s = passed
                elif not any(creation_errors(answer).values()) and changed_s is None:
                    changed_s = passed
    finally:
        for link in (*watchers, *askers):
            link.close()
        selector.close()
    _delete_all(addresses, asked_names)
    return elected_s, changed_s


def _ask_again(link: Link, request: bytes) -> bool:
    """Ask unless the last question is fresh; whether it was asked."""
    waited_s = time.perf_counter() - link.asked_at
    if link.is_busy and waited_s > CHANGE_PATIENCE_S:
        link.close()
    if link.is_busy or waited_s < CHANGE_PAUSE_S:
        return False
    try:
        link.ask(request)
    except OSError:
        link.close()
        return False
    return True


def _delete_all(addresses: Sequence[str], names: Sequence[str]) -> None:
    """Delete those of the topics that are there."""
    found = read_metadata(ask_any(addresses, metadata(None))).partitions
    there = {name for name, _ in found} & set(names)
    for name in there:
        with suppress(RuntimeError), Admin(addresses[0]) as admin:
            admin.delete_topics([name])
