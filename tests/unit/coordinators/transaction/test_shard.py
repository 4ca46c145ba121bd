# SPDX-License-Identifier: Apache-2.0
"""Decisions on transactions: producers, partitions, ends, time, loading."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.transaction.world import FIRST_PRODUCER_ID, World, code_of

from ottla.coordinators.ports import CoordinatorRecord, ProducerIdentity
from ottla.coordinators.transaction.late_requests import LateRequest
from ottla.coordinators.transaction.metadata import TransactionMetadata
from ottla.coordinators.transaction.states import TransactionState
from ottla.protocol.errors import ErrorCode

A, B = ("a", 0), ("b", 1)
FIRST = ProducerIdentity(FIRST_PRODUCER_ID, 0)


def epoch(number, producer_id=FIRST_PRODUCER_ID):
    """Return the producer in an epoch."""
    return ProducerIdentity(producer_id, number)


def at(producer_epoch, state, **fields: object):
    """Return a state of the first producer, to be put into a log by hand."""
    known = {
        "timeout_ms": 60_000, "partitions": {}, "last_update_ms": 1_700_000_000_000,
        "start_ms": 1_700_000_000_000, "previous_producer_id": FIRST_PRODUCER_ID,
        "transaction_version": 2,
    }  # fmt: skip
    return TransactionMetadata(
        producer_id=FIRST_PRODUCER_ID,
        producer_epoch=producer_epoch,
        state=state,
        **(known | fields),
    )


# InitProducerId


def test_bug_21_every_instance_gets_a_higher_epoch(world):
    """Bug 21: the id stays, the epoch rises, and the instance before is fenced everywhere."""
    assert [world.init() for _ in range(3)] == [epoch(0), epoch(1), epoch(2)]
    assert world.add(epoch(1), A) is ErrorCode.PRODUCER_FENCED
    assert world.add(epoch(1), A, serial=1) is ErrorCode.PRODUCER_FENCED
    assert world.end(epoch(1)) is ErrorCode.PRODUCER_FENCED
    assert world.end(epoch(1), serial=1) is ErrorCode.PRODUCER_FENCED
    assert world.init(expected=epoch(0)) is ErrorCode.PRODUCER_FENCED
    assert world.coordinator.admit("t", epoch(1), [A], world.moment, add=True).value == {
        A: ErrorCode.INVALID_PRODUCER_EPOCH
    }


def test_other_ids_get_other_producers(world):
    """A producer id belongs to one transactional id."""
    assert world.init("one").producer_id != world.init("two").producer_id


def test_a_producer_that_goes_on_may_ask_again(world):
    """KIP-360: with the epoch it has it gets the next; with the one before it repeats."""
    world.init()
    assert world.init(expected=epoch(0)) == epoch(1)
    assert world.init(expected=epoch(0)) == epoch(1)
    assert world.init(expected=epoch(1)) == epoch(2)
    assert world.init(expected=epoch(0)) is ErrorCode.PRODUCER_FENCED
    assert world.init(expected=epoch(2, 77)) is ErrorCode.PRODUCER_FENCED


def test_a_new_instance_ends_the_right_to_repeat(world):
    """Whoever was replaced must not get the replacement's epoch."""
    world.init()
    world.init(expected=epoch(0))
    assert world.init() == epoch(2)
    assert world.init(expected=epoch(1)) is ErrorCode.PRODUCER_FENCED


def test_an_unknown_id_takes_any_producer(world):
    """The id may have expired meanwhile: its producer begins anew."""
    assert world.init(expected=epoch(5, 77)) == epoch(0)


def test_an_open_transaction_is_aborted_before_the_next_instance_begins(world):
    """The abort fences the old epoch; the answer waits for it, and is another epoch."""
    world.init()
    world.add(epoch(0), A)
    pending = world.init()
    assert not pending.is_done
    (due,) = world.due
    assert (due.send.producer, due.send.committed) == (epoch(1), False)
    assert world.state().state is TransactionState.PREPARE_ABORT
    world.finish()
    assert pending.value == epoch(2)
    assert world.state().state is TransactionState.EMPTY


def test_a_new_instance_does_not_wait_for_ever(world):
    """Markers that cannot be written answer CONCURRENT_TRANSACTIONS after a moment."""
    world.init()
    world.add(epoch(0), A)
    first, second = world.init(), world.init()
    assert len(world.due) == 1
    world.advance(99)
    assert not first.is_done
    world.advance(1)
    assert code_of(first) is code_of(second) is ErrorCode.CONCURRENT_TRANSACTIONS
    world.finish()
    assert world.init() == epoch(2)


def test_a_cluster_of_protocol_one_fences_without_a_second_epoch():
    """transaction.version below 2: the abort raises the epoch, and nothing can repeat it."""
    world = World(transaction_version=1)
    world.init()
    world.add(epoch(0), A, serial=1)
    world.init()
    assert world.state().producer == epoch(1)
    assert world.state().transaction_version == 0
    world.finish()
    assert world.init(expected=epoch(0)) is ErrorCode.PRODUCER_FENCED


def test_bug_22_the_last_epoch_is_followed_by_another_producer_id(world):
    """Bug 22: at 32,766 a new producer id begins with epoch 0."""
    world.put("t", at(32_766, TransactionState.EMPTY, start_ms=-1))
    given = world.init()
    assert given == epoch(0, world.ids_given[0])
    assert given.producer_id != FIRST_PRODUCER_ID
    assert world.state().previous_producer_id == FIRST_PRODUCER_ID


def test_bug_22_the_last_epoch_may_ask_again(world):
    """Bug 22: the answer with the new id was lost; the old id's last epoch is known, no other."""
    world.put("t", at(32_766, TransactionState.EMPTY, start_ms=-1))
    given = world.init(expected=epoch(32_766))
    assert world.init(expected=epoch(32_766)) == given
    assert world.init(expected=epoch(32_766)) == given
    assert world.init(expected=epoch(32_765)) is ErrorCode.PRODUCER_FENCED


def test_an_exhausted_epoch_refuses_others(world):
    """Whoever carries another epoch has been fenced, not given a new id."""
    world.put("t", at(32_766, TransactionState.EMPTY, start_ms=-1))
    assert world.init(expected=epoch(32_765)) is ErrorCode.PRODUCER_FENCED


# partitions


def test_partitions_are_added_once(world):
    """The first add begins the transaction, and what is there already writes nothing."""
    world.init()
    assert world.add(epoch(0), A) is None
    count = len(world.partition.batches)
    assert world.add(epoch(0), A) is None
    assert len(world.partition.batches) == count
    assert world.add(epoch(0), B, A) is None
    assert world.state().partitions == {"a": (0,), "b": (1,)}
    assert world.state().state is TransactionState.ONGOING


def test_strangers_add_nothing(world):
    """An id that nobody initialised, another producer id."""
    assert world.add(FIRST, A) is ErrorCode.INVALID_PRODUCER_ID_MAPPING
    world.init()
    assert world.add(epoch(0, 77), A) is ErrorCode.INVALID_PRODUCER_ID_MAPPING


def test_bug_25_the_next_transaction_waits_for_the_one_before(world):
    """Bug 25: added while the one before completes, the answer comes with Complete; no error."""
    world.init()
    world.add(epoch(0), A)
    assert world.end(epoch(0)) == epoch(1)
    waiting = world.add(epoch(1), B)
    assert not waiting.is_done
    assert world.state().partitions == {"a": (0,)}
    world.finish()
    assert waiting.error is None
    assert world.state().partitions == {"b": (1,)}


def test_bug_25_the_wait_is_short(world):
    """Bug 25: CONCURRENT_TRANSACTIONS, never a success, while markers are not written."""
    world.init()
    world.add(epoch(0), A, serial=1)
    world.end(epoch(0), serial=1)
    waiting = world.add(epoch(0), B, serial=1)
    world.advance(100)
    assert code_of(waiting) is ErrorCode.CONCURRENT_TRANSACTIONS
    assert world.add(epoch(7), B) is ErrorCode.CONCURRENT_TRANSACTIONS


def test_those_who_wait_are_told_when_the_shard_goes(world):
    """A fail-over leaves nobody waiting."""
    world.init()
    world.add(epoch(0), A)
    world.end(epoch(0))
    waiting = world.add(epoch(1), B)
    world.coordinator.runtime.unload(0)
    assert code_of(waiting) is ErrorCode.NOT_COORDINATOR


def test_verification_tells_each_partition(world):
    """KIP-890: what was not added could hang for ever; whoever is fenced is told so."""
    world.init()
    world.add(epoch(0), A, serial=1)

    def verified(producer, *partitions: tuple[str, int]):
        pending = world.coordinator.admit("t", producer, partitions, world.moment, add=False)
        return pending.value

    assert verified(epoch(0), A, B) == {A: ErrorCode.NONE, B: ErrorCode.TRANSACTION_ABORTABLE}
    assert verified(epoch(1), A) == {A: ErrorCode.INVALID_PRODUCER_EPOCH}
    assert verified(epoch(0, 77), A) == {A: ErrorCode.INVALID_PRODUCER_ID_MAPPING}
    world.end(epoch(0), serial=1)
    assert verified(epoch(0), A) == {A: ErrorCode.CONCURRENT_TRANSACTIONS}
    world.finish()
    assert verified(epoch(0), A) == {A: ErrorCode.TRANSACTION_ABORTABLE}


def test_bug_23_a_late_produce_is_not_admitted(world):
    """Bug 23 (KIP-890): held past the abort, it is refused with or without an implicit add."""
    world.init()
    world.add(epoch(0), A)
    world.end(epoch(0), commit=False)
    world.finish()
    for add in (True, False):
        pending = world.coordinator.admit("t", epoch(0), [B], world.moment, add=add)
        assert pending.value == {B: ErrorCode.INVALID_PRODUCER_EPOCH}
    assert world.state().state is TransactionState.COMPLETE_ABORT


# ends


@pytest.mark.parametrize("commit", [True, False])
def test_an_end_sends_markers_and_completes(world, commit):
    """Every partition gets a marker of the raised epoch, then the transaction is complete."""
    world.init()
    world.add(epoch(0), A, B)
    assert world.end(epoch(0), commit=commit) == epoch(1)
    (due,) = world.finish()
    assert due.send.partitions == {"a": (0,), "b": (1,)}
    assert due.send.producer == epoch(1)
    assert due.marker == (commit, 0, 2)
    assert world.state().state.label == ("CompleteCommit" if commit else "CompleteAbort")


def test_a_lost_answer_is_given_again(world):
    """KIP-890: the same end with the epoch before answers the present producer."""
    world.init()
    world.add(epoch(0), A)
    world.end(epoch(0))
    assert world.end(epoch(0)) is ErrorCode.CONCURRENT_TRANSACTIONS
    world.finish()
    assert world.end(epoch(0)) == epoch(1)
    assert world.end(epoch(0), commit=False) is ErrorCode.INVALID_TXN_STATE


def test_an_empty_transaction_is_aborted_with_a_new_epoch(world):
    """KIP-890: the client cannot know whether anything was added; nothing is committed so."""
    world.init()
    assert world.end(epoch(0)) is ErrorCode.INVALID_TXN_STATE
    assert world.end(epoch(0), commit=False) == epoch(1)
    (due,) = world.finish()
    assert due.send.partitions == {}
    assert world.end(epoch(1), commit=False) == epoch(2)
    world.finish()
    assert world.init(expected=epoch(1)) == epoch(2)


def test_bug_22_every_end_of_the_last_epoch_takes_a_new_id(world):
    """Bug 22: commit at 32,766; markers have 32,767, the next transaction another producer id."""
    world.put("t", at(32_766, TransactionState.EMPTY, start_ms=-1))
    world.init("filler")  # an id is in reserve from here on
    world.add(epoch(32_766), A)
    after = world.end(epoch(32_766))
    assert after.producer_epoch == 0
    assert after.producer_id != FIRST_PRODUCER_ID
    waiting = world.add(after, B)
    (due,) = world.finish()
    assert due.send.producer == epoch(32_767)
    assert waiting.error is None
    assert world.state().producer == after


def test_bug_22_an_end_of_the_last_epoch_is_repeated(world):
    """Bug 22: the old id's last epoch is answered with the new producer."""
    world.put("t", at(32_766, TransactionState.EMPTY, start_ms=-1))
    world.add(epoch(32_766), A)
    after = world.end(epoch(32_766))
    world.finish()
    assert world.end(epoch(32_766)) == after
    assert world.init(expected=epoch(32_766)) == after


def test_bug_24_a_late_end_does_not_decide_the_next_transaction(world):
    """Bug 24 (KAFKA-17754): held, retried on another connection, released after the next began."""
    world.init()
    world.add(epoch(0), A, serial=1)
    # EndTxn on connection 1 is held back; the client gives up and asks on connection 2.
    assert world.end(epoch(0), serial=2) == epoch(0)
    world.finish()
    world.add(epoch(0), B, serial=2)
    with pytest.raises(LateRequest):
        world.end(epoch(0), serial=1)
    assert world.state().state is TransactionState.ONGOING
    assert world.end(epoch(0), commit=False, serial=2) == epoch(0)
    assert [due.send.partitions for due in world.finish()] == [{"b": (1,)}]


def test_bug_24_a_late_add_begins_no_transaction(world):
    """Bug 24: with it an end that lies behind it would find a transaction of its own."""
    world.init()
    world.add(epoch(0), A, serial=2)
    world.end(epoch(0), serial=2)
    world.finish()
    with pytest.raises(LateRequest):
        world.add(epoch(0), B, serial=1)
    assert world.state().state is TransactionState.COMPLETE_COMMIT


def test_bug_24_an_honest_client_connects_anew(world):
    """Bug 24: after a load every old connection may be late; a new one is taken at once."""
    world.init()
    world.add(epoch(0), A, serial=3)
    world.reload()
    with pytest.raises(LateRequest):
        world.end(epoch(0), serial=3)
    assert world.end(epoch(0), serial=4) == epoch(0)


def test_whoever_waited_is_not_taken_for_late(world):
    """A request that turns out to be old after a wait changes nothing; it is told to ask again."""
    world.init()
    world.add(epoch(0), A, serial=1)
    world.end(epoch(0), serial=1)
    waiting = world.add(epoch(0), B, serial=1)
    world.end(epoch(0), serial=2)  # the client has connected anew meanwhile
    world.finish()
    assert code_of(waiting) is ErrorCode.CONCURRENT_TRANSACTIONS
    assert world.state().state is TransactionState.COMPLETE_COMMIT


def test_markers_of_another_transaction_complete_nothing(world):
    """Under V1 the next transaction has the same producer; the sequence number tells them apart."""
    world.init()
    world.add(epoch(0), A, serial=1)
    world.end(epoch(0), serial=1)
    (first,) = world.finish()
    world.add(epoch(0), A, serial=1)
    world.end(epoch(0), serial=1)
    assert not world.coordinator.is_due(first)
    assert world.coordinator.markers_written(first, world.moment).value is False
    assert world.state().state is TransactionState.PREPARE_COMMIT


# time


def test_a_transaction_that_takes_too_long_is_aborted(world):
    """At the first search after the timeout; the epoch rises, so that its producer is fenced."""
    world.init(timeout_ms=15_000)
    world.add(epoch(0), A)
    world.advance(19_999)
    assert world.state().state is TransactionState.ONGOING
    world.advance(1)
    assert world.state().state is TransactionState.PREPARE_ABORT
    assert world.add(epoch(0), A) is ErrorCode.CONCURRENT_TRANSACTIONS
    (due,) = world.finish()
    assert (due.send.producer, due.send.committed) == (epoch(1), False)
    assert world.add(epoch(0), A) is ErrorCode.PRODUCER_FENCED
    assert world.end(epoch(0)) is ErrorCode.INVALID_TXN_STATE
    assert world.end(epoch(0), commit=False) == epoch(1)


def test_a_transaction_in_time_is_left_alone(world):
    """Its end takes the timeout away; the next one has one of its own."""
    world.init(timeout_ms=15_000)
    world.add(epoch(0), A)
    world.end(epoch(0))
    world.finish()
    world.advance(15_000)
    world.add(epoch(1), A)
    world.advance(14_999)
    assert world.state().state is TransactionState.ONGOING
    world.advance(1)
    assert world.state().state is TransactionState.PREPARE_ABORT


def test_a_timeout_goes_on_over_a_load(world):
    """It is counted from the start that is on the log, in whatever the clocks say by now."""
    world.init(timeout_ms=15_000)
    world.add(epoch(0), A)
    world.advance(8_000)
    world.reload()
    world.advance(11_999)
    assert world.state().state is TransactionState.ONGOING
    world.advance(1)
    assert world.state().state is TransactionState.PREPARE_ABORT


def test_a_clock_that_went_back_gives_no_more_than_the_timeout(world):
    """Start times are Unix times; the machine's clock may have been set."""
    future = world.moment.wall_ms + 3_600_000
    world.put("t", at(0, TransactionState.ONGOING, start_ms=future, partitions={"a": (0,)}))
    world.advance(60_000)
    assert world.state().state is TransactionState.PREPARE_ABORT


def test_a_refused_append_leaves_the_timeout_alone(world):
    """What was not written did not happen: no transaction to abort, and none without a timer."""
    world.init(timeout_ms=5_000)
    world.refuse_next()
    assert world.add(epoch(0), A) is ErrorCode.COORDINATOR_NOT_AVAILABLE
    world.advance(10_000)
    assert world.state().state is TransactionState.EMPTY
    world.add(epoch(0), A)
    world.refuse_next()
    assert world.end(epoch(0)) is ErrorCode.COORDINATOR_NOT_AVAILABLE
    world.advance(10_000)
    assert world.state().state is TransactionState.PREPARE_ABORT


def test_bug_22_a_timeout_of_the_last_epoch_waits_for_an_id(world):
    """Bug 22: without a producer id the epoch cannot rise; the next search tries again."""
    state = at(32_766, TransactionState.ONGOING, partitions={"a": (0,)})
    world.late_ids = []
    world.put("t", state)
    world.advance(60_000)
    assert world.state().state is TransactionState.ONGOING
    (id_,) = world.late_ids
    id_.complete(77)
    world.advance(10_000)
    assert world.state().next_producer_id == 77
    world.finish()
    assert world.state().producer == epoch(0, 77)


def test_idle_ids_expire(world):
    """A tombstone after transactional.id.expiration.ms, unless a transaction is open."""
    world.init("idle")
    world.advance(1_000)
    opened = world.init("open", timeout_ms=900_000)
    world.advance(604_799_000)
    producer = world.init("young")
    world.add(opened, A, name="open")
    world.advance(3_600_000)
    assert [name for name, _ in world.coordinator.runtime.shard(0).items()] == ["young", "open"]
    assert world.add(producer, A, name="young") is None
    assert world.init("idle").producer_epoch == 0


def test_many_expire_in_bounded_steps(world):
    """A thousand idle ids are forgotten in batches of a few hundred, at one search."""
    for number in range(1000):
        world.init(f"id-{number}")
    before = len(world.partition.batches)
    world.advance(604_800_000 + 3_600_000)
    assert list(world.coordinator.runtime.shard(0).items()) == []
    sizes = [len(batch.records) for batch in world.partition.batches[before:]]
    assert sizes == [400, 400, 200]


def test_many_time_out_in_bounded_steps(world):
    """Transactions with many partitions share batches that stay well below the limit."""
    partitions = [("topic-with-a-name", index) for index in range(5_000)]
    for number in range(60):
        producer = world.init(f"id-{number}", timeout_ms=1)
        world.add(producer, *partitions, name=f"id-{number}")
    world.advance(10_000)
    assert len(world.due) == 60
    assert max(len(batch.records) for batch in world.partition.batches) < 20


# loading


@pytest.mark.parametrize("state", [TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT])
def test_bug_27_a_decided_transaction_is_finished_after_a_load(world, state):
    """Bug 27: the coordinator died between Prepare and the markers; they are sent again."""
    world.put("t", at(1, state, partitions={"a": (0,), "b": (1,)}))
    (due,) = world.due
    assert due.send.committed is (state is TransactionState.PREPARE_COMMIT)
    assert due.send.partitions == {"a": (0,), "b": (1,)}
    assert due.marker.coordinator_epoch == 1
    world.finish()
    assert not world.state().state.is_prepared
    assert world.add(epoch(1), A) is None


def test_bug_28_markers_from_before_a_load_complete_nothing(world):
    """Bug 28: what an earlier coordinator was about to do does not count any more."""
    world.init()
    world.add(epoch(0), A)
    world.end(epoch(0))
    (before,) = world.due
    world.reload()
    (after,) = world.due
    assert not world.coordinator.is_due(before)
    assert after.marker.coordinator_epoch == before.marker.coordinator_epoch + 1
    world.finish()
    assert world.state().state is TransactionState.COMPLETE_COMMIT


def test_unknown_records_do_not_stop_a_load(world):
    """A later Kafka may have written kinds that we do not know."""
    world.init()
    world.partition.append([CoordinatorRecord(b"\0\x09key", b"\0\0")], 0, None)
    world.reload()
    assert world.state().producer == epoch(0)
