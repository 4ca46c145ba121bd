# SPDX-License-Identifier: Apache-2.0
"""Who is written to first, when one connection completes what others wait for."""

from __future__ import annotations

from ottla.net.due_answers import FEW, DueAnswers


class Turn:
    """A turn of the loop, and what is written in it."""

    def __init__(self) -> None:
        self.scheduled: list[object] = []
        self.due = DueAnswers(self.scheduled.append)
        self.written: list[Reader] = []

    def end(self) -> None:
        """Run what was put off to the end of the turn."""
        scheduled, self.scheduled[:] = list(self.scheduled), []
        for work in scheduled:
            work()


class Reader:
    """A connection with an answer that is ready."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn

    def write_ready(self) -> None:
        """Note it."""
        self.turn.written.append(self)


def test_a_few_are_written_to_before_the_one_that_is_served():
    """In the order in which they became ready, and once."""
    turn = Turn()
    readers = [Reader(turn) for _ in range(FEW)]
    for reader in readers:
        turn.due.add(reader)
    assert turn.written == []
    turn.due.write_few()
    assert turn.written == readers
    turn.due.write_few()
    turn.end()
    assert turn.written == readers


def test_very_many_wait_for_the_end_of_the_turn():
    """A record that a hundred readers wait for does not hold up its producer."""
    turn = Turn()
    readers = [Reader(turn) for _ in range(FEW + 1)]
    for reader in readers:
        turn.due.add(reader)
    turn.due.write_few()
    assert turn.written == []
    assert len(turn.scheduled) == 1, "one callback for all of them"
    turn.end()
    assert turn.written == readers


def test_the_next_turn_is_scheduled_again():
    """What becomes ready while others are written to is not forgotten."""
    turn = Turn()
    later = Reader(turn)
    first = Reader(turn)
    first.write_ready = lambda: turn.due.add(later)
    turn.due.add(first)
    turn.end()
    assert turn.written == []
    turn.end()
    assert turn.written == [later]
