# SPDX-License-Identifier: Apache-2.0
"""The invariants of replication: each is found broken in a small example, and a good run passes."""

from __future__ import annotations

from dataclasses import dataclass, field

from ottla.testing.simulation.invariants import BatchView, BrokerView, Invariants


@dataclass
class Replica:
    """A replica whose records are one batch each, marked with a letter."""

    log: str = ""
    high_watermark: int = 0
    is_leader: bool = False
    leader_epoch: int = 0
    log_start_offset: int = 0
    last_stable_offset: int | None = None
    name: str = field(default="t-0")

    @property
    def log_end_offset(self):
        """Return where the log ends."""
        return len(self.log)

    def batches(self, start, end):
        """Yield one batch for each letter."""
        for offset in range(start, min(end, len(self.log))):
            yield BatchView(offset, offset + 1, self.log[offset].encode())


def look(*rounds: tuple[Replica | None, ...]) -> list[str]:
    """Look at brokers 1, 2, ... in each round; return the names of what is broken."""
    invariants = Invariants()
    for now, replicas in enumerate(rounds):
        invariants.look(
            now,
            [
                BrokerView(number, f"b{number}/1", [replica])
                for number, replica in enumerate(replicas, 1)
                if replica is not None
            ],
        )
    return [violation.invariant for violation in invariants.violations]


def leader(log: str, high_watermark: int, epoch: int = 0, **more: int) -> Replica:
    """Return a leading replica."""
    return Replica(log, high_watermark, is_leader=True, leader_epoch=epoch, **more)


def test_a_good_run_passes():
    """Commit, truncate what was not committed, elect another, go on."""
    assert not look(
        (leader("abx", 0), Replica("ab", 0)),
        (leader("abx", 2), Replica("ab", 1)),
        (None, leader("ab", 1, 1)),
        (None, leader("abc", 3, 1)),
        (Replica("ab", 2, leader_epoch=1), leader("abcd", 3, 1)),
        (Replica("abcd", 3, leader_epoch=1), leader("abcd", 4, 1)),
    )


def test_two_leaders_of_one_epoch_are_found():
    """Also when they lead at different times."""
    assert look((leader("", 0), leader("", 0))) == ["one-leader"]
    assert look((leader("", 0), None), (None, leader("", 0))) == ["one-leader"]
    assert not look((leader("", 0), leader("", 0, 1)))


def test_an_epoch_that_falls_is_found():
    """A broker does not go back to an older leader epoch."""
    assert look((Replica(leader_epoch=2),), (Replica(leader_epoch=1),)) == ["epoch-order"]


def test_offsets_of_a_leader_that_fall_are_found():
    """High watermark, last stable offset and log start, within one leader epoch."""
    assert look((leader("ab", 2),), (leader("ab", 1),)) == ["monotonic-offsets"]
    before = leader("ab", 2, last_stable_offset=2, log_start_offset=1)
    assert look((before,), (leader("ab", 2, last_stable_offset=1),)) == ["monotonic-offsets"] * 2
    assert not look((leader("ab", 2),), (leader("ab", 1, 1),))


def test_a_leader_without_a_committed_record_is_found():
    """Whoever is elected has to have everything that was committed."""
    broken = look((leader("abc", 3), Replica("ab", 2)), (None, leader("ab", 2, 1)))
    assert broken == ["leader-complete"]


def test_another_record_in_a_committed_place_is_found():
    """On a new leader as well as on a follower."""
    assert look((leader("abc", 3),), (None, leader("abx", 3, 1))) == ["log-matching"]
    assert look((leader("abc", 3), Replica("xbc", 2))) == ["log-matching"]


def test_a_committed_record_that_is_cut_off_is_found():
    """A follower may cut off only what is not committed."""
    broken = look((leader("abc", 3), Replica("abc", 3)), (leader("abc", 3), Replica("ab", 2)))
    assert broken == ["committed-stays"]


def test_deleted_records_need_not_be_compared():
    """A replica's log may begin later than what was committed."""
    assert not look((leader("abc", 3), Replica("-bc", 3, log_start_offset=1)))


def test_a_deleted_topic_is_forgotten():
    """A topic may be made again."""
    invariants = Invariants()
    invariants.look(0, [BrokerView(1, "b1/1", [leader("abc", 3, 4)])])
    assert invariants.committed_end("t-0") == 3
    invariants.forget("t-0")
    invariants.look(1, [BrokerView(2, "b2/1", [leader("", 0)])])
    assert invariants.committed_end("t-0") == 0
    assert not invariants.violations
