# SPDX-License-Identifier: Apache-2.0
"""Loads of consumer groups at the level of the protocol, in a process of their own.

commit      one member in each of many groups commits all its partitions, again and again
rebalance   many members join one new group at once; until nothing changes any more
incremental one member more joins a settled group of the consumer protocol (KIP-848)
heartbeats  many groups do nothing but heartbeat; prints `steady` when all have formed
fill        commits without membership, all into one partition of `__consumer_offsets`

Run as `python -m benchmarks.group_load ACTION --address ... --topic ...`; prints one JSON object.
"""

import argparse
import gc
import json
import math
import resource
import sys
import time
import uuid
from collections.abc import Sequence
from typing import Any

from benchmarks import group_frames
from benchmarks.admin import Admin
from benchmarks.conversations import Conversations
from benchmarks.generator import Pipeline, allow_many_descriptors, drive, latency_summary
from benchmarks.members import (
    ClassicGroup,
    ConsumerGroup,
    classic_member,
    consumer_member,
)

FORMING_TIMEOUT_S = 60.0
COORDINATOR_TIMEOUT_S = 30.0


def run_commit(arguments: argparse.Namespace) -> dict[str, Any]:
    """Form the groups, then commit as fast as answers come."""
    groups = [
        ClassicGroup(name, arguments.topic, arguments.partitions, 1, time.perf_counter)
        for name in _names(arguments)
    ]
    conversations = Conversations(arguments.address)
    _form(conversations, groups, 1, heartbeat_s=60.0)
    pipelines = []
    layout = group_frames.offset_commit_answer_layout(arguments.topic, arguments.partitions)
    for group in groups:
        requests = [
            group_frames.offset_commit(
                group.name,
                group.generation,
                group.members[0],
                arguments.topic,
                [(partition, 1000 + turn) for partition in range(arguments.partitions)],
                correlation_id=turn,
            )
            for turn in range(16)
        ]
        pipelines.append(Pipeline(arguments.address, requests, layout, arguments.window))
    cpu_before, began = _cpu_s(), time.perf_counter()
    measured, elapsed = drive(pipelines, arguments.warm_up, arguments.seconds, 1 << 62)
    client_cores = (_cpu_s() - cpu_before) / (time.perf_counter() - began)
    _leave(conversations, groups)
    return {
        "commits_per_s": measured / elapsed,
        "offsets_per_s": measured * arguments.partitions / elapsed,
        "total_operations": sum(pipeline.completed for pipeline in pipelines),
        "client_cores": client_cores,
    }


def run_rebalance(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time from the first JoinGroup until the last assignment of the last generation."""
    _await_coordinator(arguments.address, arguments.group)
    group = ClassicGroup(
        arguments.group, arguments.topic, arguments.partitions, arguments.members, time.perf_counter
    )
    conversations = Conversations(arguments.address)
    for number in range(arguments.members):
        conversations.add(classic_member(group, number, arguments.heartbeat_s))
    began = time.perf_counter()
    conversations.run(lambda: group.is_confirmed, FORMING_TIMEOUT_S)
    stable_s = (group.stable_since or math.inf) - began
    joins = group.joins
    _leave(conversations, [group])
    return {"stable_s": stable_s, "generation": group.generation, "joins": joins}


def run_incremental(arguments: argparse.Namespace) -> dict[str, Any]:
    """Count what moves when one member more joins, and what is taken from those who keep it."""
    _await_coordinator(arguments.address, arguments.group)
    group = ConsumerGroup(arguments.group, arguments.topic, arguments.partitions)
    conversations = Conversations(arguments.address)
    count = arguments.members
    for number in range(count):
        conversations.add(consumer_member(group, number, str(uuid.uuid4())))
    conversations.run(lambda: group.is_settled(count), FORMING_TIMEOUT_S)
    _pass_time(conversations, 1.0)  # late changes would show here
    before, group.lost, fenced_before = dict(group.holdings), {}, group.fenced_count
    group.heartbeat_s = None
    _pass_time(conversations, 0.5)  # each beats once more, then they are spread over the interval
    began = time.perf_counter()
    conversations.add(consumer_member(group, count, str(uuid.uuid4())))
    conversations.run(lambda: group.is_settled(count + 1), FORMING_TIMEOUT_S)
    converged_s = time.perf_counter() - began
    after = dict(group.holdings)
    _leave(conversations, [group])
    moved = sum(len(held - after[number]) for number, held in before.items())
    interrupted = sum(
        len(group.lost.get(number, set()) & held & after[number]) for number, held in before.items()
    )
    emptied = sum(not after[number] for number in before)
    needed = arguments.partitions // (count + 1)
    return {
        "moved": moved,
        "moved_beyond_need": moved - needed,
        "interrupted": interrupted + emptied + group.fenced_count - fenced_before,
        "converged_s": converged_s,
    }


def run_heartbeats(arguments: argparse.Namespace) -> dict[str, Any]:
    """Form the groups, say so, heartbeat for a while, leave."""
    groups = [
        ClassicGroup(
            name, arguments.topic, arguments.partitions, arguments.members, time.perf_counter
        )
        for name in _names(arguments)
    ]
    conversations = Conversations(arguments.address)
    began = time.perf_counter()
    _form(conversations, groups, arguments.members, arguments.heartbeat_s)
    formed_s = time.perf_counter() - began
    gc.collect()
    gc.freeze()  # thousands of scripts looked through would make bursts of what is spread evenly
    print("steady", flush=True)
    for group in groups:
        group.heartbeat_times_s.clear()
    joins = sum(group.joins for group in groups)
    _pass_time(conversations, arguments.seconds)
    times_us = [each * 1e6 for group in groups for each in group.heartbeat_times_s]
    rejoined = sum(group.joins for group in groups) - joins
    client_cpu_s = _cpu_s()
    _leave(conversations, groups)
    summary = latency_summary(times_us)
    return {
        "formed_s": formed_s,
        "joins": joins,
        "heartbeats_per_s": len(times_us) / arguments.seconds,
        "heartbeat_p50_us": summary["p50_us"],
        "heartbeat_p99_us": summary["p99_us"],
        "rejoined": rejoined,
        "client_cpu_s": client_cpu_s,
    }


def run_fill(arguments: argparse.Namespace) -> dict[str, Any]:
    """Commit so many offsets in groups that share a partition of `__consumer_offsets`."""
    names = groups_of_one_partition(arguments.group, arguments.groups)
    _await_coordinator(arguments.address, names[0])
    layout = group_frames.offset_commit_answer_layout(arguments.topic, arguments.partitions)
    rounds = math.ceil(arguments.count / arguments.partitions / len(names))
    pipelines = []
    for name in names:
        requests = [
            group_frames.offset_commit(
                name, -1, "", arguments.topic, [(each, 1) for each in range(arguments.partitions)]
            )
        ]
        pipelines.append(Pipeline(arguments.address, requests, layout, arguments.window))
    committed, elapsed = drive(pipelines, 0.0, 120.0, rounds)
    return {
        "total_operations": committed,
        "offsets": committed * arguments.partitions,
        "offsets_per_s": committed * arguments.partitions / elapsed,
    }


def groups_of_one_partition(prefix: str, count: int) -> list[str]:
    """Make names that all fall into the same partition of `__consumer_offsets`."""
    wanted = group_frames.offsets_partition(f"{prefix}-00000")
    names = (f"{prefix}-{number:05d}" for number in range(100_000))
    return [
        name
        for name, _ in zip(
            (name for name in names if group_frames.offsets_partition(name) == wanted),
            range(count),
            strict=False,
        )
    ]


def _names(arguments: argparse.Namespace) -> list[str]:
    return [f"{arguments.group}-{number:05d}" for number in range(arguments.groups)]


def _form(
    conversations: Conversations, groups: list[ClassicGroup], members: int, heartbeat_s: float
) -> None:
    """Let all groups come to their first stable assignment."""
    _await_coordinator(conversations.address, groups[0].name)
    for place, group in enumerate(groups):
        for number in range(members):
            conversations.add(classic_member(group, number, heartbeat_s, place * members))
    waiting = list(groups)

    def have_formed() -> bool:
        while waiting and waiting[-1].stable_since is not None:
            waiting.pop()
        return not waiting

    conversations.run(have_formed, FORMING_TIMEOUT_S)


def _leave(conversations: Conversations, groups: Sequence[ClassicGroup | ConsumerGroup]) -> None:
    """Let every member leave; those that sleep are woken."""
    for group in groups:
        group.is_leaving = True
    conversations.wake_all()
    conversations.run(lambda: False, FORMING_TIMEOUT_S)
    conversations.close()


def _pass_time(conversations: Conversations, seconds: float) -> None:
    ends = time.perf_counter() + seconds
    conversations.run(lambda: time.perf_counter() >= ends, seconds + FORMING_TIMEOUT_S)


def _await_coordinator(address: str, group: str) -> None:
    """Wait until a group is served; the first question for one creates `__consumer_offsets`."""
    deadline = time.monotonic() + COORDINATOR_TIMEOUT_S
    with Admin(address) as admin:

        def error() -> int:
            found = admin.ask(group_frames.find_coordinator(group))
            if code := group_frames.found_coordinator(found):
                return code
            answer = admin.ask(group_frames.offset_fetch(group, "", []))
            return group_frames.fetched_offsets(answer)[0]

        while code := error():
            if time.monotonic() > deadline:
                raise TimeoutError(f"no coordinator: error {code}")
            time.sleep(0.02)


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.group_load")
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--address", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--group", required=True, help="name, or how the names begin")
    parser.add_argument("--groups", type=int, default=1)
    parser.add_argument("--members", type=int, default=1, help="of a group")
    parser.add_argument("--partitions", type=int, default=10, help="of the topic")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--warm-up", type=float, default=1.0)
    parser.add_argument("--window", type=int, default=1, help="commits in flight per group")
    parser.add_argument("--heartbeat-s", type=float, default=3.0)
    parser.add_argument("--count", type=int, default=1_000_000, help="offsets to fill in")
    return parser


ACTIONS = {
    "commit": run_commit,
    "rebalance": run_rebalance,
    "incremental": run_incremental,
    "heartbeats": run_heartbeats,
    "fill": run_fill,
}


def main() -> int:
    """Run one load and print what was measured."""
    allow_many_descriptors()
    arguments = _parser().parse_args()
    result = ACTIONS[arguments.action](arguments)
    result.setdefault("client_cpu_s", _cpu_s())
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
