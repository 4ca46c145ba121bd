# SPDX-License-Identifier: Apache-2.0
"""Committed offsets: transactions, deletion, expiry, topics that go."""

from __future__ import annotations

from tests.unit.coordinators.group.group_world import (
    G,
    GroupWorld,
    topic_id_of,
    topic_records,
)

from ottla.coordinators.group import offsets as module
from ottla.coordinators.group.records import spot_of
from ottla.coordinators.ports import CoordinatorRecord
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.consumer_offsets import (
    LegacyOffsetCommitKey,
    LegacyOffsetCommitValue,
)
from ottla.protocol.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)

UNSTABLE = ErrorCode.UNSTABLE_OFFSET_COMMIT
DAY_MS = 24 * 60 * 60 * 1000


def delete(world: GroupWorld, *indexes: int):
    """Delete offsets of topic t."""
    request = OffsetDeleteRequest(
        group_id=G,
        topics=[
            OffsetDeleteRequestTopic(
                name="t",
                partitions=[OffsetDeleteRequestPartition(partition_index=i) for i in indexes],
            )
        ],
    )
    return world.groups.delete_offsets(request, world.moment)


def test_an_offset_makes_a_simple_group():
    """It has no members and no kind, and is there after a fail-over."""
    world = GroupWorld()
    world.commit({0: 5})
    for _ in range(2):
        assert world.group.is_simple
        assert world.fetch() == {("t", 0): 5}
        assert world.fetch(topics={"t": [0, 1], "u": [0]}) == {
            ("t", 0): 5,
            ("t", 1): -1,
            ("u", 0): -1,
        }
        world.load()


def test_a_group_that_is_not_there_has_no_offsets():
    """That is no error."""
    world = GroupWorld()
    assert world.fetch() == {}
    assert world.fetch(topics={"t": [0]}) == {("t", 0): -1}


def test_reading_waits_for_what_was_committed_before():
    """An offset that a fail-over could take back is not shown."""
    world = GroupWorld(commits_at_once=False)
    world.commit({0: 5})
    answer = world.fetch_group()
    assert not answer.is_done
    world.partition.commit()
    assert answer.value.topics[0].partitions[0].committed_offset == 5


def test_bug_33_pending_offsets_count_once_their_transaction_commits():
    """Bug 33: until then the former offset is shown, or UNSTABLE_OFFSET_COMMIT when asked so."""
    world = GroupWorld()
    world.commit({0: 5})
    world.commit_in_transaction(9, {0: 8, 1: 9})
    for _ in range(2):
        assert world.fetch() == {("t", 0): 5}
        topics = {"t": [0, 1, 2]}
        assert world.fetch(require_stable=True, topics=topics) == {
            ("t", 0): UNSTABLE,
            ("t", 1): UNSTABLE,
            ("t", 2): -1,
        }
        assert world.fetch(require_stable=True) == {("t", 0): UNSTABLE}
        world.load()
    world.end_transaction(9, committed=True)
    for _ in range(2):
        assert world.fetch(require_stable=True) == {("t", 0): 8, ("t", 1): 9}
        world.load()


def test_aborted_offsets_are_gone():
    """The former ones hold, and a marker of somebody else means nothing."""
    world = GroupWorld()
    world.commit({0: 5})
    world.commit_in_transaction(9, {0: 8, 1: 9})
    world.end_transaction(7, committed=True)
    assert world.fetch(require_stable=True) == {("t", 0): UNSTABLE}
    world.end_transaction(9, committed=False)
    assert world.fetch(require_stable=True) == {("t", 0): 5}
    world.load()
    assert world.fetch(require_stable=True) == {("t", 0): 5}


def test_the_later_commit_in_the_log_wins():
    """Whatever the order of the markers, as it would after compaction."""
    world = GroupWorld()
    world.commit_in_transaction(1, {0: 10, 1: 10})
    world.commit_in_transaction(2, {0: 20})
    world.commit({1: 30})
    assert world.fetch(require_stable=True, topics={"t": [0, 1]}) == {
        ("t", 0): UNSTABLE,
        ("t", 1): 30,
    }
    world.end_transaction(2, committed=True)
    assert world.fetch(require_stable=True) == {("t", 1): 30, ("t", 0): 20}
    world.end_transaction(1, committed=True)
    assert world.fetch() == {("t", 1): 30, ("t", 0): 20}


def test_an_earlier_commit_does_not_supersede():
    """A transaction that began first and committed last, but wrote last, wins."""
    world = GroupWorld()
    world.commit_in_transaction(1, {0: 10})
    world.commit_in_transaction(2, {0: 20})
    world.end_transaction(1, committed=True)
    assert world.fetch(require_stable=True) == {("t", 0): UNSTABLE}
    world.end_transaction(2, committed=True)
    assert world.fetch() == {("t", 0): 20}


def test_deleting_offsets():
    """Committed and pending ones go; what is not there costs no record."""
    world = GroupWorld()
    world.commit({0: 5})
    world.commit_in_transaction(9, {1: 6})
    written = world.partition.end_offset
    delete(world, 0, 1, 2)
    assert world.partition.end_offset == written + 2
    world.end_transaction(9, committed=True)
    assert world.fetch() == {}
    assert world.shard.offsets.of(G) is None


def test_deleting_from_a_group_that_has_none():
    """A group without offsets writes nothing."""
    world = GroupWorld()
    world.stable()
    written = world.partition.end_offset
    delete(world, 0)
    assert world.partition.end_offset == written


def test_a_tombstone_of_nothing_is_harmless():
    """A compacted log may begin with one."""
    world = GroupWorld()
    world.shard.replay(CoordinatorRecord(b"\0\1\0\1x\0\1t\0\0\0\0", None), 0, None)
    assert world.shard.store.groups == {}


def test_the_oldest_kind_of_record_is_read():
    """Offsets of version 0 of the key have the same meaning."""
    from ottla.coordinators.records import record_of

    world = GroupWorld()
    record = record_of(
        LegacyOffsetCommitKey(group=G, topic="t", partition=3),
        LegacyOffsetCommitValue(offset=7, metadata="", commit_timestamp=1),
        0,
    )
    world.shard.replay(record, 0, None)
    assert world.fetch() == {("t", 3): 7}


def test_records_that_are_not_known_are_left_alone():
    """A newer broker may have written other kinds."""
    world = GroupWorld()
    world.shard.replay(CoordinatorRecord(b"\x03\xe7", b""), 0, None)
    assert world.shard.store.groups == {}


# expiry


def test_offsets_of_a_simple_group_expire_after_their_commit():
    """The group goes with its last offset."""
    world = GroupWorld(offsets_retention_minutes=24 * 60)
    world.commit({0: 5})
    world.pass_time(DAY_MS // 2)
    world.commit({1: 6})
    world.pass_time(DAY_MS // 2 + 600_000)
    assert world.fetch() == {("t", 1): 6}
    world.pass_time(DAY_MS // 2)
    assert world.fetch() == {}
    assert G not in world.shard.store.groups
    world.load()
    assert world.shard.store.groups == {}


def test_offsets_of_an_empty_group_expire_since_it_is_empty():
    """However old they are; without offsets the group goes at the next look."""
    world = GroupWorld(offsets_retention_minutes=24 * 60)
    (member_id,) = world.stable(session_ms=1_800_000)
    world.commit({0: 5}, member_id=member_id, generation=1)
    for _ in range(100):
        world.pass_time(20 * 60_000)
        assert world.heartbeat(member_id, 1) == 0
    world.leave(member_id)
    world.pass_time(DAY_MS - 600_000)
    assert world.fetch() == {("t", 0): 5}
    world.pass_time(1_200_000)
    assert G not in world.shard.store.groups


def test_consumers_keep_what_they_read():
    """Offsets of topics that nobody reads any longer expire in a stable group as well."""
    world = GroupWorld(topics=(("t", 1), ("u", 1)), offsets_retention_minutes=1)
    (member_id,) = world.stable(session_ms=1_800_000)
    for topic in ("t", "u"):
        world.commit({0: 5}, topic=topic, member_id=member_id, generation=1)
    world.pass_time(600_000)
    assert world.fetch() == {("t", 0): 5}


def test_other_kinds_of_members_keep_everything():
    """What a Connect worker reads is not known."""
    world = GroupWorld(offsets_retention_minutes=1)
    world.join(
        instance="i", protocol_type="connect", protocols=(("v0", b""),), session_ms=1_800_000
    )
    world.pass_time(3_000)
    world.sync("i-1", 1, {}, protocol_type="connect", protocol_name="v0")
    world.commit({0: 5}, member_id="i-1", generation=1)
    world.pass_time(1_300_000)
    assert world.fetch() == {("t", 0): 5}


def test_a_retention_of_its_own():
    """What old clients ask for holds instead of the broker's."""
    world = GroupWorld(offsets_retention_minutes=60)
    world.commit({0: 5}, retention_ms=1_000, version=4)
    world.commit({1: 5}, retention_ms=7_200_000, version=4)
    world.pass_time(600_000)
    assert world.fetch() == {("t", 1): 5}
    world.pass_time(3_600_000)
    assert world.fetch() == {("t", 1): 5}
    world.pass_time(7_200_000)
    assert world.fetch() == {}


def test_open_transactions_keep_a_group():
    """Its offsets do not expire under a transaction, and it stays until the marker."""
    world = GroupWorld(offsets_retention_minutes=1)
    world.commit({0: 5})
    world.commit_in_transaction(9, {0: 6})
    world.pass_time(1_300_000)
    assert world.fetch() == {("t", 0): 5}
    world.end_transaction(9, committed=False)
    world.pass_time(600_000)
    assert world.fetch() == {}


def test_expiry_takes_small_steps(monkeypatch):
    """One call looks at a bounded number of offsets and writes a bounded batch."""
    monkeypatch.setattr(module, "RECORDS_AT_ONCE", 3)
    monkeypatch.setattr(module, "OFFSETS_AT_ONCE", 5)
    world = GroupWorld(offsets_retention_minutes=1)
    for number in range(6):
        world.commit(dict.fromkeys(range(5), 1), group_id=f"g{number}")
    written = len(world.partition.batches)
    world.pass_time(660_000)
    tombstones = [batch.records for batch in world.partition.batches[written:]]
    assert world.shard.store.groups == {}
    assert max(len(batch) for batch in tombstones) <= 4
    assert len([one for batch in tombstones for one in batch]) == 36


# topics that are gone


def test_offsets_go_with_their_topic():
    """Committed and pending ones, by tombstones; those of other topics stay."""
    world = GroupWorld(topics=(("t", 2), ("u", 1)))
    world.commit({0: 5, 1: 6})
    world.commit({0: 7}, topic="u")
    world.commit({0: 8}, group_id="h")
    world.commit_in_transaction(9, {1: 9}, group_id="h")
    world.delete_topic("t")
    world.pass_time(0)
    assert world.fetch() == {("u", 0): 7}
    world.end_transaction(9, committed=True)
    assert world.fetch(group_id="h") == {}
    world.load()
    assert world.fetch() == {("u", 0): 7}


def test_a_small_group_of_a_large_topic():
    """Offsets are found either way, by partition or by looking at all of the group."""
    world = GroupWorld(topics=(("t", 100), ("tt", 1)))
    world.commit({50: 5})
    world.commit({0: 7}, topic="tt")
    world.delete_topic("t")
    world.pass_time(0)
    assert world.fetch() == {("tt", 0): 7}


def test_namesakes_are_told_apart():
    """A commit for the new topic of an old name survives, one for the old topic is not shown."""
    world = GroupWorld(topics=(("t", 1),))
    new_id = b"n" * 16
    world.commit({0: 5}, topic_id=new_id, version=10)
    world.delete_topic("t")
    world.change_topics(*topic_records("t", 1, new_id))
    world.pass_time(0)
    assert world.fetch() == {("t", 0): 5}
    from ottla.protocol.messages.offset_fetch import (
        OffsetFetchRequestGroup,
        OffsetFetchRequestTopics,
    )

    for topic_id, offset in ((new_id, 5), (topic_id_of("t"), -1), (bytes(16), 5)):
        asked = OffsetFetchRequestGroup(
            group_id=G,
            topics=[OffsetFetchRequestTopics(name="t", topic_id=topic_id, partition_indexes=[0])],
        )
        answer = world.groups.fetch_offsets(asked, require_stable=False).value
        assert answer.topics[0].partitions[0].committed_offset == offset


def test_deleting_many_takes_small_steps(monkeypatch):
    """The rest follows in later calls."""
    monkeypatch.setattr(module, "RECORDS_AT_ONCE", 2)
    world = GroupWorld(topics=(("t", 1), ("u", 1)))
    for number in range(7):
        world.commit({0: 1}, group_id=f"g{number}")
    world.delete_topic("t")
    world.delete_topic("u")
    written = len(world.partition.batches)
    world.pass_time(0)
    assert [len(batch.records) for batch in world.partition.batches[written:]] == [2, 2, 2, 1]


def test_metadata_changes_while_loading():
    """A shard that is being read has the new image when it serves."""
    world = GroupWorld()
    world.groups.runtime.unload(0)
    world.begin_load()
    world.delete_topic("t")
    assert world.shard.store.image is world.image


def test_spots_name_partitions():
    """The state is keyed by what follows the group's name in a record's key."""
    world = GroupWorld()
    world.commit({3: 5})
    offsets = world.shard.offsets.of(G)
    assert list(offsets.committed) == [spot_of("t", 3)]
