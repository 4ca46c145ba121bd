# SPDX-License-Identifier: Apache-2.0
"""What a heartbeat costs, and a whole rebalance, in a classic group.

`python -m benchmarks.micro.group_heartbeat`; the partition is in memory, so that only decisions
are measured. A loop is one heartbeat, or one rebalance of a hundred members.
"""

from __future__ import annotations

import itertools
import time
from types import SimpleNamespace

from benchmarks.micro.offset_commit import SETTINGS, coordinator
from benchmarks.micro.runner import runner_of
from ottla.base.clock import Moment
from ottla.coordinators.group.store import Client
from ottla.protocol.messages.heartbeat import HeartbeatRequest
from ottla.protocol.messages.join_group import JoinGroupRequest, JoinGroupRequestProtocol
from ottla.protocol.messages.sync_group import SyncGroupRequest, SyncGroupRequestAssignment

GROUP = "group"
MEMBERS = 5_000
REBALANCING_MEMBERS = 100
NOW_MS = 1_000
NOW = Moment(NOW_MS, 1_700_000_000_000)
PROTOCOLS = [JoinGroupRequestProtocol(name="range", metadata=b"\0\0\0\0\0\1\0\1t\xff\xff\xff\xff")]
SESSION_MS = 30_000


class Group:
    """A stable classic group of so many members."""

    def __init__(self, member_count: int) -> None:
        numbers = itertools.count()
        self.groups = coordinator(lambda: str(next(numbers)))
        self.groups.follow_settings(
            SimpleNamespace(
                **{
                    **vars(SETTINGS),
                    "group_max_size": member_count,
                    "group_initial_rebalance_delay_ms": 0,
                    "group_min_session_timeout_ms": 1,
                    "group_max_session_timeout_ms": 10**9,
                }
            )
        )
        self.members: list[str] = []
        joined = [self.join("") for _ in range(member_count)]
        self.groups.runtime.on_deadline(NOW)
        self.members = [one.value.member_id for one in joined]
        self.generation = joined[0].value.generation_id
        self.sync()

    def join(self, member_id: str):
        """Send JoinGroup."""
        request = JoinGroupRequest(
            group_id=GROUP,
            session_timeout_ms=SESSION_MS,
            rebalance_timeout_ms=60_000,
            member_id=member_id,
            protocol_type="consumer",
            protocols=PROTOCOLS,
        )
        return self.groups.join_group(request, Client("c", "/h"), 3, NOW)

    def sync(self) -> None:
        """Let everybody get its assignment."""
        leader, *followers = self.members
        for member_id in followers:
            self.groups.sync_group(self.sync_request(member_id), NOW)
        request = self.sync_request(leader)
        request.assignments = [
            SyncGroupRequestAssignment(member_id=member_id, assignment=b"a" * 30)
            for member_id in self.members
        ]
        self.groups.sync_group(request, NOW)

    def sync_request(self, member_id: str) -> SyncGroupRequest:
        """Return a request of the present generation."""
        return SyncGroupRequest(group_id=GROUP, generation_id=self.generation, member_id=member_id)

    def rebalance(self) -> None:
        """Let everybody join again and get its assignment."""
        answers = [self.join(member_id) for member_id in self.members]
        self.generation = answers[0].value.generation_id
        self.sync()


def heartbeats(loops: int) -> float:
    """Let members say that they are alive, one after the other."""
    group = Group(MEMBERS)
    requests = [
        HeartbeatRequest(group_id=GROUP, generation_id=group.generation, member_id=member_id)
        for member_id in group.members
    ]
    requests = list(itertools.islice(itertools.cycle(requests), loops))
    heartbeat = group.groups.heartbeat
    began = time.perf_counter()
    for number, request in enumerate(requests):
        heartbeat(request, Moment(NOW_MS + number // 2, NOW.wall_ms))
    elapsed = time.perf_counter() - began
    assert request.member_id in group.members
    return elapsed


def rebalances(loops: int) -> float:
    """Let a hundred members join again and get their assignments."""
    group = Group(REBALANCING_MEMBERS)
    began = time.perf_counter()
    for _ in range(loops):
        group.rebalance()
    return time.perf_counter() - began


def main() -> None:
    """Run every case."""
    runner = runner_of(__spec__)
    runner.bench_time_func(f"heartbeat of one of {MEMBERS} members", heartbeats)
    runner.bench_time_func(f"rebalance of {REBALANCING_MEMBERS} members", rebalances)


if __name__ == "__main__":
    main()
