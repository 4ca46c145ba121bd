# SPDX-License-Identifier: Apache-2.0
"""The runtime on a shard that counts: nothing goes out that a fail-over could take back."""

from __future__ import annotations

import pytest

from ottla.base.clock import Moment
from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import (
    CoordinatorRecord,
    EncodedRecords,
    ProducerIdentity,
    Result,
)
from ottla.coordinators.runtime import CoordinatorRuntime
from ottla.coordinators.timers import Timers
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.control import TransactionMarker
from ottla.testing.coordinator_partition import MemoryPartition

NOW = Moment(1_000, 1_700_000_000_000)
PRODUCER = ProducerIdentity(9, 1)


class Counters:
    """Counters by name; the records carry increments."""

    def __init__(self) -> None:
        self.counts: dict[bytes, int] = {}
        self.offsets: list[int] = []
        self.markers: list[tuple[ProducerIdentity, bool]] = []
        self.timers: Timers[bytes] = Timers()
        self.waiting: list[Pending[int]] = []
        self.was_loaded = False

    def replay(self, record, offset, producer):
        """Count."""
        assert record.value is not None
        self.counts[record.key] = self.counts.get(record.key, 0) + int(record.value)
        self.offsets.append(offset)

    def replay_marker(self, producer, *, committed):
        """Keep the marker."""
        self.markers.append((producer, committed))

    def loaded(self, moment):
        """Take note."""
        self.was_loaded = True
        return Result((), None)

    def deadline_bound_ms(self):
        """Ask the timers."""
        return self.timers.deadline_bound_ms()

    def next_deadline_ms(self):
        """Ask the timers."""
        return self.timers.next_deadline_ms()

    def on_deadline(self, moment):
        """Add a hundred for each due timer."""
        records = []
        while (name := self.timers.pop_due(moment.now_ms)) is not None:
            records.append(CoordinatorRecord(name, b"100"))
        return Result(records, None)

    def parked(self):
        """Return who waits."""
        return self.waiting

    def add(self, name: bytes, increments: int = 1) -> Result[int]:
        """Add one, so many times."""
        records = [CoordinatorRecord(name, b"1")] * increments
        return Result(records, self.counts.get(name, 0) + increments)

    def park(self) -> Result[int]:
        """Leave the caller waiting."""
        pending: Pending[int] = Pending()
        self.waiting.append(pending)
        return Result((), pending)

    def release(self, answer) -> Result[str]:
        """Answer everyone who waits."""
        waiting, self.waiting = self.waiting, []
        return Result(
            [CoordinatorRecord(b"released", b"1")], "ok", [(one, answer) for one in waiting]
        )


def make(*, commits_at_once: bool = True):
    """Return a runtime that serves shard 3, its partition, and the effects it handed over."""
    effects: list[object] = []
    runtime = CoordinatorRuntime(
        lambda _: Counters(), on_effects=lambda _, new: effects.extend(new)
    )
    partition = MemoryPartition(commits_at_once=commits_at_once)
    partition.on_commit = lambda: runtime.committed(3)
    runtime.begin_load(3, partition)
    runtime.finish_load(3, 0, NOW)
    return runtime, partition, effects


def shard_of(runtime) -> Counters:
    """Return the only shard that serves."""
    return next(shard for _, shard in runtime.active_shards())


def test_a_decision_is_appended_replayed_and_answered():
    """Records reach the partition and the state, with the offsets they got."""
    runtime, partition, _ = make()
    answer = runtime.write(3, lambda shard: shard.add(b"a", 2), NOW)
    assert answer.value == 2
    assert partition.end_offset == 2
    assert shard_of(runtime).counts == {b"a": 2}
    assert shard_of(runtime).offsets == [0, 1]


def test_an_answer_waits_until_its_records_are_committed():
    """The next decision sees the records, and both answers leave in order with the commit."""
    runtime, partition, _ = make(commits_at_once=False)
    first = runtime.write(3, lambda shard: shard.add(b"a"), NOW)
    second = runtime.write(3, lambda shard: shard.add(b"a"), NOW)
    assert not first.is_done
    partition.commit(1)
    assert first.value == 1
    assert not second.is_done
    partition.commit()
    assert second.value == 2


def test_looking_waits_for_what_it_may_have_seen():
    """A read after an uncommitted write is answered with the commit of the write."""
    runtime, partition, _ = make(commits_at_once=False)
    runtime.write(3, lambda shard: shard.add(b"a"), NOW)
    seen = runtime.read(3, lambda shard: shard.counts[b"a"])
    nothing = runtime.write(3, lambda shard: Result((), shard.counts[b"a"]), NOW)
    assert not seen.is_done
    assert not nothing.is_done
    partition.commit()
    assert seen.value == 1
    assert nothing.value == 1
    assert runtime.read(3, lambda shard: shard.counts[b"a"]).is_done


def test_parked_answers_are_released_with_the_commit():
    """A parked answer leaves when the decision that releases it is committed, not before."""
    runtime, partition, _ = make(commits_at_once=False)
    parked = runtime.write(3, lambda shard: shard.park(), NOW)
    partition.commit()
    assert not parked.is_done
    released = runtime.write(3, lambda shard: shard.release(5), NOW)
    assert not parked.is_done
    partition.commit()
    assert released.value == "ok"
    assert parked.value == 5


def test_a_parked_answer_may_be_an_error():
    """An ApiError as the answer of a release fails the parked answer."""
    runtime, _, _ = make()
    parked = runtime.write(3, lambda shard: shard.park(), NOW)
    runtime.write(3, lambda shard: shard.release(ApiError(ErrorCode.REBALANCE_IN_PROGRESS)), NOW)
    assert parked.error is not None
    assert parked.error.code == ErrorCode.REBALANCE_IN_PROGRESS


def test_effects_follow_the_commit():
    """What is to be done elsewhere is handed over once the records are committed."""
    runtime, partition, effects = make(commits_at_once=False)
    runtime.write(
        3, lambda _: Result([CoordinatorRecord(b"a", b"1")], None, effects=("markers",)), NOW
    )
    assert effects == []
    partition.commit()
    assert effects == ["markers"]


def test_markers_are_replayed_and_answered():
    """The end of a transaction goes into the log and into the state."""
    runtime, partition, _ = make(commits_at_once=False)
    done = runtime.write_marker(3, PRODUCER, TransactionMarker(True, 2), NOW)
    assert shard_of(runtime).markers == [(PRODUCER, True)]
    assert not done.is_done
    partition.commit()
    assert done.is_done


def test_a_shard_is_read_from_its_log():
    """A new runtime with the same batches has the same state."""
    runtime, partition, _ = make()
    runtime.write(3, lambda shard: shard.add(b"a", 3), NOW)
    runtime.write(3, lambda shard: shard.add(b"b"), NOW)
    runtime.write_marker(3, PRODUCER, TransactionMarker(False, 2), NOW)
    loaded: CoordinatorRuntime[Counters] = CoordinatorRuntime(lambda _: Counters())
    loaded.begin_load(3, partition)
    loaded.replay(3, partition.batches[:1])
    loaded.replay(3, partition.batches[1:])
    loaded.finish_load(3, partition.end_offset, NOW)
    assert shard_of(loaded).was_loaded
    assert shard_of(loaded).counts == shard_of(runtime).counts
    assert shard_of(loaded).markers == [(PRODUCER, False)]


def test_bug_34_loading_is_never_answered_as_having_nothing():
    """Bug 34: a shard that is being read answers COORDINATOR_LOAD_IN_PROGRESS."""
    runtime: CoordinatorRuntime[Counters] = CoordinatorRuntime(lambda _: Counters())
    with pytest.raises(ApiError) as absent:
        runtime.read(3, lambda shard: shard.counts)
    assert absent.value.code == ErrorCode.NOT_COORDINATOR
    runtime.begin_load(3, MemoryPartition())
    assert runtime.is_loading
    assert not runtime.is_active(3)
    for call in (
        lambda: runtime.read(3, lambda shard: shard.counts),
        lambda: runtime.write(3, lambda shard: shard.add(b"a"), NOW),
        lambda: runtime.write_marker(3, PRODUCER, TransactionMarker(True, 0), NOW),
    ):
        with pytest.raises(ApiError) as loading:
            call()
        assert loading.value.code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS


def test_unloading_tells_everyone_who_waits():
    """Waiting, parked and to-be-released answers all fail with NOT_COORDINATOR."""
    runtime, _, _ = make(commits_at_once=False)
    parked = runtime.write(3, lambda shard: shard.park(), NOW)
    released = runtime.write(3, lambda shard: shard.release(1), NOW)
    parked_later = runtime.write(3, lambda shard: shard.park(), NOW)
    written = runtime.write(3, lambda shard: shard.add(b"a"), NOW)
    runtime.unload(3)
    runtime.unload(3)
    for pending in (parked, released, parked_later, written):
        assert pending.error is not None
        assert pending.error.code == ErrorCode.NOT_COORDINATOR
    assert not runtime.is_active(3)


@pytest.mark.parametrize(
    ("refused", "answered"),
    [
        (ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR),
        (ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR),
        (ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.INVALID_PRODUCER_EPOCH),
    ],
)
def test_a_refused_append_changes_nothing(refused, answered):
    """The client is told what a coordinator's client understands, and the state is as it was."""
    runtime, partition, _ = make()
    partition.refusal = ApiError(refused)
    with pytest.raises(ApiError) as error:
        runtime.write(3, lambda shard: shard.add(b"a"), NOW)
    assert error.value.code == answered
    assert shard_of(runtime).counts == {}
    assert runtime.write(3, lambda shard: shard.add(b"a"), NOW).value == 1


def test_a_refused_append_tells_those_it_would_have_released():
    """The shard does not hold them any longer, so they are told what the caller is told."""
    runtime, partition, _ = make()
    parked = runtime.write(3, lambda shard: shard.park(), NOW)
    partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    with pytest.raises(ApiError):
        runtime.write(3, lambda shard: shard.release(5), NOW)
    assert parked.error.code == ErrorCode.COORDINATOR_NOT_AVAILABLE


def test_shards_are_seen_while_they_load():
    """Serving or not, whoever follows metadata reaches all of them."""
    runtime, _, _ = make()
    runtime.begin_load(5, MemoryPartition())
    assert [index for index, _ in runtime.shards()] == [3, 5]
    assert [index for index, _ in runtime.active_shards()] == [3]


def test_time_makes_a_shard_decide():
    """Deadlines are reported when they are set, and due ones are decided on."""
    runtime, partition, _ = make()
    told: list[int] = []
    runtime.on_earlier_deadline = told.append

    def set_timer(shard):
        shard.timers.set(b"t", 1_500)
        return Result((), None)

    runtime.write(3, set_timer, NOW)
    assert told == [1_500]
    assert runtime.next_deadline_ms() == 1_500
    runtime.on_deadline(Moment(1_499, 0))
    assert partition.end_offset == 0
    runtime.on_deadline(Moment(1_500, 0))
    assert shard_of(runtime).counts == {b"t": 100}
    assert runtime.next_deadline_ms() is None


def test_a_shard_that_cannot_write_what_time_brought_is_dropped():
    """A timer's decision has nobody to tell: the shard is loaded again."""
    runtime, partition, _ = make()
    shard_of(runtime).timers.set(b"t", 10)
    partition.refusal = ApiError(ErrorCode.KAFKA_STORAGE_ERROR)
    runtime.on_deadline(Moment(10, 0))
    assert not runtime.is_active(3)


class Increments(EncodedRecords):
    """Two increments of one counter."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index) -> CoordinatorRecord:
        return ([CoordinatorRecord(b"a", b"1")] * 2)[index]

    def replay_into(self, shard, first_offset, producer):
        """Count."""
        for offset in (first_offset, first_offset + 1):
            shard.replay(CoordinatorRecord(b"a", b"1"), offset, producer)


def test_encoded_records_are_answered_with_their_commit():
    """In their turn among other decisions, and at once when nothing is to be waited for."""
    runtime, partition, _ = make(commits_at_once=False)
    asked = [Pending() for _ in range(3)]
    runtime.write_encoded(3, Increments(b""), NOW, asked[0])
    between = runtime.write(3, lambda shard: shard.add(b"a"), NOW)
    runtime.write_encoded(3, Increments(b""), NOW, asked[1])
    assert shard_of(runtime).offsets == [0, 1, 2, 3, 4]
    partition.commit(3)
    assert [one.is_done for one in (*asked, between)] == [True, False, False, True]
    partition.commit()
    assert asked[1].is_done
    runtime, _, _ = make()
    runtime.write_encoded(3, Increments(b""), NOW, asked[2])
    assert asked[2].is_done


def test_encoded_records_that_are_refused_or_lost():
    """Whoever waits is told in the words of a coordinator; refused ones leave no trace."""
    runtime, partition, _ = make(commits_at_once=False)
    partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    refused, lost = Pending(), Pending()
    runtime.write_encoded(3, Increments(b""), NOW, refused)
    assert refused.error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert shard_of(runtime).counts == {}
    runtime.write_encoded(3, Increments(b""), NOW, lost)
    runtime.unload(3)
    assert lost.error_code == ErrorCode.NOT_COORDINATOR


def test_encoded_records_tell_the_next_deadline():
    """As every decision does."""
    runtime, _, _ = make()
    told = []
    runtime.on_earlier_deadline = told.append
    shard_of(runtime).timers.set(b"t", 5)
    runtime.write_encoded(3, Increments(b""), NOW, Pending())
    assert told == [5]
