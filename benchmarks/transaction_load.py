# SPDX-License-Identifier: Apache-2.0
"""Loads of transactional producers at the level of the protocol (V2), in a process of their own.

transactions  producers that each write a few records to one partition and commit, in a loop
latency       one producer; from before its first byte until a read_committed fetch, which waits at
              the broker, has the records

A broker may say CONCURRENT_TRANSACTIONS while the markers of the last transaction are on their way;
clients then wait a little and ask again, which is counted as `retries`.
"""

import argparse
import json
import resource
import sys
import time
from typing import Any

from benchmarks import frames, group_frames
from benchmarks import transaction_frames as wire
from benchmarks.admin import Admin
from benchmarks.conversations import Conversations, Script
from benchmarks.generator import BrokenAnswerError, connect, latency_summary, read_answer

RETRY_S = 0.001
COORDINATOR_TIMEOUT_S = 30.0
FETCH_BYTES = 1 << 20


class Tally:
    """What all producers have done so far."""

    def __init__(self) -> None:
        self.committed = 0
        self.retries = 0
        self.is_ending = False


def producer(transactional_id: str, topic: str, batch: frames.Batch, tally: Tally) -> Script:
    """Initialise, then write and commit one transaction after the other."""
    identity = yield from _initialise(transactional_id, tally)
    while not tally.is_ending:
        request = wire.produce(transactional_id, topic, 0, wire.transactional(batch, identity))
        while error := wire.produced((yield request) or b""):
            yield _retry(error, tally, "Produce")
        identity = yield from _commit(transactional_id, identity, tally)
        tally.committed += 1


def _initialise(transactional_id: str, tally: Tally) -> Script:
    while True:
        answer = yield wire.init_producer_id(transactional_id)
        error, identity = wire.initialised(answer or b"")
        if not error:
            return identity
        yield _retry(error, tally, "InitProducerId")


def _commit(transactional_id: str, identity: wire.Producer, tally: Tally) -> Script:
    while True:
        answer = yield wire.end_transaction(transactional_id, identity)
        error, following = wire.ended(answer or b"")
        if not error:
            return following
        yield _retry(error, tally, "EndTxn")


def _retry(error: int, tally: Tally, request: str) -> float:
    """How long to wait, if the error is one after which clients ask again."""
    if error != wire.CONCURRENT_TRANSACTIONS and error not in group_frames.NOT_READY:
        raise BrokenAnswerError(f"{request} was answered error {error}")
    tally.retries += 1
    return RETRY_S


def run_transactions(arguments: argparse.Namespace) -> dict[str, Any]:
    """Let all producers run for a while; count what commits between warm-up and end."""
    ids = _transactional_ids(arguments)
    batch = _batch(arguments)
    tally = Tally()
    conversations = Conversations(arguments.address)
    for transactional_id in ids:
        conversations.add(producer(transactional_id, arguments.topic, batch, tally))
    _pass_time(conversations, arguments.warm_up)
    before, cpu_before, began = tally.committed, _cpu_s(), time.perf_counter()
    retries_before = tally.retries
    _pass_time(conversations, arguments.seconds)
    measured, elapsed = tally.committed - before, time.perf_counter() - began
    client_cores = (_cpu_s() - cpu_before) / elapsed
    retries = tally.retries - retries_before
    tally.is_ending = True
    conversations.run(lambda: False, 30.0)
    conversations.close()
    return {
        "transactions_per_s": measured / elapsed,
        "retries_per_transaction": retries / max(1, measured),
        "total_operations": tally.committed,
        "client_cores": client_cores,
    }


def run_latency(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time transactions from the first byte of Produce until the fetch has their records."""
    (transactional_id,) = _transactional_ids(arguments)
    batch, tally = _batch(arguments), Tally()
    output, reader = connect(arguments.address), connect(arguments.address)

    def ask(script: Script) -> wire.Producer:
        answer = None
        while True:
            try:
                wanted = script.send(answer)
            except StopIteration as ended:
                return ended.value
            answer = None
            if isinstance(wanted, bytes):
                output.sendall(wanted)
                answer = read_answer(output)
            else:
                time.sleep(wanted)

    def write(identity: wire.Producer) -> Script:
        data = wire.transactional(batch, identity)
        request = wire.produce(transactional_id, arguments.topic, 0, data)
        while error := wire.produced((yield request) or b""):
            yield _retry(error, tally, "Produce")
        return (yield from _commit(transactional_id, identity, tally))

    identity = ask(_initialise(transactional_id, tally))
    samples_us: list[float] = []
    offset = 0
    ends_warm_up = time.perf_counter() + arguments.warm_up
    ends = ends_warm_up + arguments.seconds
    while time.perf_counter() < ends:
        fetch = frames.fetch(
            [(arguments.topic, [(0, offset)])],
            max_bytes=FETCH_BYTES,
            partition_max_bytes=FETCH_BYTES,
            isolation_level=1,
        )
        reader.sendall(fetch)
        time.sleep(arguments.pause_ms / 1000)  # the fetch waits at the broker by then
        began = time.perf_counter()
        identity = ask(write(identity))
        while not _came(reader):
            reader.sendall(fetch)
        received = time.perf_counter()
        offset += batch.record_count + 1  # and the marker
        if began > ends_warm_up:
            samples_us.append((received - began) * 1e6)
    return {**latency_summary(samples_us), "retries": tally.retries}


def _came(reader: Any) -> bool:
    error, records_bytes = wire.fetched_records_bytes(read_answer(reader))
    if error:
        raise BrokenAnswerError(f"Fetch was answered error {error}")
    return records_bytes > 0


def _batch(arguments: argparse.Namespace) -> frames.Batch:
    return frames.batch_of(frames.values_of(arguments.record_bytes, arguments.records))


def _transactional_ids(arguments: argparse.Namespace) -> list[str]:
    """Name the producers, and see that they have a coordinator."""
    ids = [f"{arguments.topic}-{number:03d}" for number in range(arguments.producers)]
    deadline = time.monotonic() + COORDINATOR_TIMEOUT_S
    with Admin(arguments.address) as admin:
        for transactional_id in ids:
            request = group_frames.find_coordinator(transactional_id, group_frames.TRANSACTION)
            while error := group_frames.found_coordinator(admin.ask(request)):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"no coordinator of transactions: error {error}")
                time.sleep(0.02)
    return ids


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _pass_time(conversations: Conversations, seconds: float) -> None:
    ends = time.perf_counter() + seconds
    conversations.run(lambda: time.perf_counter() >= ends, seconds + 30.0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transaction_load")
    parser.add_argument("action", choices=("transactions", "latency"))
    parser.add_argument("--address", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--producers", type=int, default=1)
    parser.add_argument("--records", type=int, default=10, help="of a transaction")
    parser.add_argument("--record-bytes", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--warm-up", type=float, default=1.0)
    parser.add_argument("--pause-ms", type=float, default=0.5)
    return parser


def main() -> int:
    """Run one load and print what was measured."""
    arguments = _parser().parse_args()
    run = {"transactions": run_transactions, "latency": run_latency}[arguments.action]
    result = run(arguments)
    result["client_cpu_s"] = _cpu_s()
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
