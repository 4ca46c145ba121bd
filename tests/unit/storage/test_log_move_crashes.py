# SPDX-License-Identifier: Apache-2.0
"""A move between log directories that ends at any moment leaves one good log.

The whole life of a move runs on the simulated disk, with appends, flushes, rolls and a retention in
between. Every call of the file-system port is a crash point. After each the storage starts again,
as after kill -9 and as after power cuts, and has to serve all that was promised: what was written
after a kill, what was flushed after a power cut. Then the move goes on to its end.
"""

from __future__ import annotations

import contextlib
import random
from typing import TYPE_CHECKING

import pytest

from ottla.storage.directory_names import DirectoryState, parse_directory_name
from ottla.storage.log_config import LogConfig
from ottla.testing.simulated_disk import SimulatedCrash
from ottla.testing.simulated_storage import SimulatedStorage, append, values_of

CONFIG = LogConfig(segment_bytes=700, index_interval_bytes=100)
SEEDS = 2

if TYPE_CHECKING:
    from ottla.storage.disk_jobs import DiskJob


class Script:
    """One move under load, and what was promised meanwhile."""

    def __init__(self, seed: int = 0) -> None:
        self.chance = random.Random(seed)
        self.jobs: list[DiskJob] = []  # a thread has not begun with them yet
        self.storage = SimulatedStorage("/a", "/b")
        self.storage.configs["t"] = CONFIG
        self.storage.start()
        self.sent: list[bytes] = []
        self.written_end = 0
        self.flushed_end = 0
        self.log = self.storage.create("t")
        self.clock = self.storage.clock

    def append(self, count: int = 1) -> None:
        """Append and write."""
        for _ in range(count):
            value = b"%d" % len(self.sent) + b"x" * 90
            self.sent.append(value)
            append(self.log, value)
            self.written_end = self.log.log_end_offset

    def work(self, advance_ms: int = 0, *, all_of_it: bool = True) -> None:
        """Run what is due as threads do: in any order, some of it later, appends in between."""
        self.clock.advance(advance_ms)
        self.jobs += self.storage.logs.due_jobs(self.clock.now_ms())
        self.chance.shuffle(self.jobs)
        count = len(self.jobs) if all_of_it else self.chance.randint(0, len(self.jobs))
        now, self.jobs = self.jobs[:count], self.jobs[count:]
        for job in now:
            self.append()
            job.run()
        for job in now:
            self.append()
            job.finish()
            self.flushed_end = max(self.flushed_end, self.log.recovery_point)

    def begin(self) -> None:
        """Fill the log and ask for the move."""
        self.append(12)
        self.work(2000)
        self.work(2000)
        self.log.advance_log_start_offset(2)
        self.storage.logs.move("t", 0, self.storage.logs.directory_at("/b"))

    def finish(self) -> None:
        """Move, and go on for a while."""
        moves = self.storage.logs.upkeep.moves
        for _ in range(60):
            self.work(300, all_of_it=False)
            if not list(moves) and not moves.leaving:
                break
        else:
            self.work(300)
            self.work(300)
        self.work(1100)
        self.append(3)
        self.work(1100)

    def check(self, promised_end: int) -> None:
        """Compare the log that is served with what was sent."""
        log = self.storage.logs.get("t", 0)
        assert log is not None
        assert promised_end <= log.log_end_offset <= len(self.sent)
        start = log.log_start_offset
        assert start <= 2
        assert values_of(log) == self.sent[start : log.log_end_offset]


def live_directories(storage: SimulatedStorage) -> list[str]:
    """Return the directories that hold a partition under its name."""
    found = []
    for path in storage.paths:
        for name in storage.disk.listdir(path):
            parsed = parse_directory_name(name)
            if parsed is not None and parsed.state is DirectoryState.LIVE:
                found.append(f"{path}/{name}")
    return found


def test_without_a_crash_the_log_goes_on_in_the_other_directory():
    """The same object, with every record, and nothing is left where it was."""
    script = Script()
    script.begin()
    script.finish()
    assert script.log.directory == "/b/t-0"
    assert script.storage.logs.get("t", 0) is script.log
    assert live_directories(script.storage) == ["/b/t-0"]
    script.check(script.written_end)
    assert script.log.recovery_point > 20
    script.storage.logs.close()
    report = script.storage.start()
    assert not report.recovered
    script.check(script.written_end)


def crash_points(seed: int) -> range:
    """Return the numbers of the calls between the wish and the end."""
    script = Script(seed)
    script.begin()
    first = script.storage.disk.calls
    script.finish()
    assert script.log.directory == "/b/t-0"
    return range(first - 3, script.storage.disk.calls + 1)


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("is_power_cut", [False, True])
def test_a_crash_at_any_moment_leaves_one_good_log(is_power_cut, seed):
    """All that was promised is served, by one directory, and the move can go on."""
    for point in crash_points(seed):
        script = Script(seed)
        script.storage.disk.crash_at(point)
        with contextlib.suppress(SimulatedCrash):  # the last point lies behind the end
            script.begin()
            script.finish()
        script.jobs.clear()
        if is_power_cut:
            script.storage.cut_power(seed + point)
            promised_end = script.flushed_end
        else:
            script.storage.kill()
            promised_end = script.written_end
        script.storage.start()
        script.check(promised_end)
        log = script.log = script.storage.logs.get("t", 0)
        assert log.corruption is None or log.corruption.offset >= promised_end
        assert len(live_directories(script.storage)) == 1, point
        del script.sent[log.log_end_offset :]
        script.written_end = log.log_end_offset
        script.finish()
        script.check(script.written_end)
        assert not list(script.storage.logs.moves)
        assert len(live_directories(script.storage)) == 1, point
