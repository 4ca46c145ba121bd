# SPDX-License-Identifier: Apache-2.0
"""`python -m tools.soak --minutes 60` (`make soak MINUTES=60`): see the package's text."""

import argparse
import contextlib
import ctypes
import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil

from ottla import Admin
from tools.broker_process import BrokerProcess
from tools.service_process import interruption
from tools.soak.samples import Sample, growth
from tools.soak.work import PARTITIONS, TOPIC, Reading, Writing

PATIENCE_S: Final = 60
MIB: Final = 1 << 20
HEADINGS: Final = (
    "minutes    restart       sent  acknowledged       read  gap s  client MiB  files  threads  "
    "broker MiB"
)


def main(arguments: list[str]) -> int:
    """Soak; return 1 when something was lost, stored twice, or has grown."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--every", type=float, default=60, help="seconds between restarts")
    parser.add_argument("--rate", type=int, default=2000, help="records a second")
    options = parser.parse_args(arguments)
    ended = interruption()
    with tempfile.TemporaryDirectory(prefix="ottla-soak-") as folder:
        broker = BrokerProcess(Path(folder)).start()
        try:
            found = soak(broker, options, ended)
        finally:
            broker.kill()
    for text in found:
        print(f"FOUND {text}")
    if not found:
        print("Nothing was lost or stored twice, and the client did not grow.")
    return 1 if found else 0


def soak(broker: BrokerProcess, options: argparse.Namespace, ended: threading.Event) -> list[str]:
    """Run clients beside a broker that goes down and comes back; return all that is wrong."""
    with Admin(broker.bootstrap) as admin:
        admin.create_topic(TOPIC, partitions=PARTITIONS)
    writing, reading = Writing(broker.bootstrap, options.rate), Reading(broker.bootstrap)
    writing.start()
    reading.start()
    samples: list[Sample] = []
    begun = time.monotonic()
    print(HEADINGS)
    for cycle in cycles(options.minutes, options.every, ended):
        samples.append(_sample(broker, writing, reading, begun))
        how = ("clean", "kill -9")[cycle % 2]
        print(_line(samples[-1], how), flush=True)
        if cycle % 2:
            broker.kill_and_restart()
        else:
            broker.restart()
        if not (writing.is_alive() and reading.is_alive()):
            break
    writing.end()
    deadline = time.monotonic() + PATIENCE_S
    while reading.missing(writing.sent) and reading.is_alive() and time.monotonic() < deadline:
        time.sleep(0.1)
    reading.end()
    samples.append(_sample(broker, writing, reading, begun))
    print(_line(samples[-1], ""))
    found = [*writing.complaints, *reading.complaints, *reading.missing(writing.sent)]
    if not writing.sent or writing.acknowledged != writing.sent:
        found.append(f"{writing.acknowledged} of {writing.sent} records were acknowledged")
    return [*found, *growth(samples[:-1])]


def cycles(minutes: float, every_s: float, ended: threading.Event) -> Iterator[int]:
    """Yield a number after each cycle, one at least, while there is time and nobody stops it."""
    deadline = time.monotonic() + 60 * minutes
    cycle = 0
    while not ended.wait(every_s):
        yield cycle
        cycle += 1
        if time.monotonic() + every_s > deadline:
            return


def _sample(broker: BrokerProcess, writing: Writing, reading: Reading, begun: float) -> Sample:
    gc.collect()
    _trim()
    client = psutil.Process(os.getpid())
    return Sample(
        minutes=(time.monotonic() - begun) / 60,
        sent=writing.sent,
        acknowledged=writing.acknowledged,
        read=reading.read,
        longest_gap_s=writing.take_longest_gap_s(),
        client_mib=client.memory_info().rss / MIB,
        client_files=client.num_fds(),
        client_threads=client.num_threads(),
        broker_mib=psutil.Process(broker.pid).memory_info().rss / MIB,
    )


def _trim() -> None:
    """Give what is free back to the system: what an outage filled is no leak."""
    with contextlib.suppress(OSError, AttributeError):  # glibc's
        ctypes.CDLL(None).malloc_trim(0)


def _line(sample: Sample, how: str) -> str:
    return (
        f"{sample.minutes:7.1f}    {how:7} {sample.sent:10,}    {sample.acknowledged:10,} "
        f"{sample.read:10,}  {sample.longest_gap_s:5.2f}  {sample.client_mib:10.1f}  "
        f"{sample.client_files:5}  {sample.client_threads:7}  {sample.broker_mib:10.1f}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
