# SPDX-License-Identifier: Apache-2.0
"""What the doctor makes of a cluster: each judgement, good and bad."""

from __future__ import annotations

import pytest

from ottla.cli.doctor.check import Verdict
from ottla.cli.doctor.cluster_checks import (
    judge_brokers,
    judge_clock,
    judge_cluster,
    judge_controller,
    judge_internal_topics,
    judge_log_dirs,
    judge_min_isr,
    judge_partitions,
    judge_versions,
)
from ottla.cli.doctor.cluster_facts import ClockReading, ClusterFacts
from ottla.cli.doctor.probe import AddressFacts, Attempt, Identity, Speaker
from ottla.client.health import Finding, Health
from ottla.client.log_dirs import LogDir
from ottla.client.metadata import BrokerMetadata, ClusterMetadata, PartitionMetadata, TopicMetadata
from ottla.client.topic_partition import TopicPartition
from ottla.net.address import Address
from ottla.protocol.errors import ErrorCode

GOOD = Health("c", 1, 3, 6, (), (), (), (), (), (), {})
SHORT = Finding(TopicPartition("a", 0), 1, (1, 2, 3), (1,), (2, 3), 2)
IMPOSSIBLE = Finding(TopicPartition("b", 0), 1, (1,), (1,), (), 2)


def metadata(*broker_ids: int):
    """Return what a cluster of some brokers says of itself."""
    brokers = {n: BrokerMetadata(n, Address(f"b{n}", 9092)) for n in broker_ids}
    return ClusterMetadata("c", 1, brokers)


def serving(versions):
    """Return the facts of a broker with these versions."""
    identity = Identity(metadata(1), versions, is_expected=True)
    return AddressFacts(
        Address("b", 9092), "", (Attempt("10.0.0.1", ""),), Speaker.BROKER, identity=identity
    )


def facts(advertised, **changes: object):
    """Return the facts of a cluster in order."""
    whole = ClusterFacts(metadata(*advertised), advertised, [], GOOD, "", {}, None)
    return whole._replace(**changes)


def test_everything_is_judged():
    """A cluster in order has a line for each thing, and no problem."""
    checks = judge_cluster(facts({1: serving({}), 2: serving({})}), [Address("b", 9092)])
    assert [check.name for check in checks] == [
        *("advertised", "advertised", "versions", "controller", "brokers", "partitions"),
        *("min.insync.replicas", "internal topics", "log directories", "controller clock"),
    ]
    assert {check.verdict for check in checks} == {Verdict.OK, Verdict.NOT_CHECKED}


def test_questions_that_failed():
    """What could not be asked is said, with the reason."""
    failed = facts({1: serving({})}, health=None, topics=None, failure="not authorised")
    checks = {check.name: check for check in judge_cluster(failed, [Address("b", 9092)])}
    for name in ("health", "internal topics"):
        assert checks[name].verdict is Verdict.NOT_CHECKED
        assert checks[name].found == "not authorised"


def test_versions():
    """They differ during an upgrade only."""
    same = {1: serving({0: range(3)}), 2: serving({0: range(3)})}
    assert judge_versions(facts(same)).verdict is Verdict.OK
    mixed = judge_versions(facts(same | {3: serving({0: range(4)})}))
    assert mixed.verdict is Verdict.WARNING
    assert "brokers 3 serve other versions than broker 1" in mixed.found
    nobody = judge_versions(facts({1: AddressFacts(Address("b", 9092))}))
    assert nobody.verdict is Verdict.NOT_CHECKED


def test_controller_and_brokers():
    """No controller and brokers out of service are problems."""
    assert judge_controller(GOOD).verdict is Verdict.OK
    assert judge_controller(GOOD._replace(controller_id=-1)).verdict is Verdict.PROBLEM
    assert judge_brokers(GOOD).verdict is Verdict.OK
    fenced = judge_brokers(GOOD._replace(fenced=(2, 3)))
    assert fenced.verdict is Verdict.PROBLEM
    assert fenced.found.endswith("2, 3")


def test_partitions():
    """Those without a leader and those that lack a replica are counted."""
    assert judge_partitions(GOOD).verdict is Verdict.OK
    bad = judge_partitions(GOOD._replace(offline=(SHORT,), under_replicated=(SHORT, SHORT)))
    assert bad.verdict is Verdict.PROBLEM
    assert bad.found == "of 6 partitions: 1 without a leader, 2 under-replicated"


def test_min_isr():
    """That it cannot be met at all is another mistake than that it is not met now."""
    assert judge_min_isr(GOOD).verdict is Verdict.OK
    now = judge_min_isr(GOOD._replace(under_min_isr=(SHORT,)))
    assert now.verdict is Verdict.PROBLEM
    assert "1 partition below it" in now.found
    never = judge_min_isr(GOOD._replace(under_min_isr=(SHORT, IMPOSSIBLE)))
    assert never.verdict is Verdict.PROBLEM
    assert "more than there are replicas" in never.found
    assert never.found.endswith(": b")


def test_internal_topics():
    """One replica is a danger where there could be more."""
    single = TopicMetadata(
        "__consumer_offsets", is_internal=True, partitions=(PartitionMetadata(0, 1, 0, (1,), (1,)),)
    )
    double = single.partitions[0].__class__(0, 1, 0, (1, 2), (1, 2))
    replicated = TopicMetadata("__consumer_offsets", is_internal=True, partitions=(double,))
    own = TopicMetadata("orders", partitions=single.partitions)
    assert judge_internal_topics([], 3).found == "none yet"
    assert judge_internal_topics([single], 1).verdict is Verdict.OK
    assert judge_internal_topics([replicated, own], 3).verdict is Verdict.OK
    check = judge_internal_topics([single, own], 3)
    assert check.verdict is Verdict.WARNING
    assert check.found.endswith(": __consumer_offsets")


def test_log_directories():
    """Those that are out of service or nearly full each have a line."""
    roomy = LogDir("/a", ErrorCode.NONE, 1000, 500, {})
    tight = LogDir("/b", ErrorCode.NONE, 1000, 50, {})
    full = LogDir("/c", ErrorCode.NONE, 1000, 5, {})
    broken = LogDir("/d", ErrorCode.KAFKA_STORAGE_ERROR, -1, -1, {})
    untold = LogDir("/e", ErrorCode.NONE, -1, -1, {})
    [check] = judge_log_dirs({1: [roomy, untold], 2: [roomy]})
    assert (check.verdict, check.found) == (Verdict.OK, "online, at least 50% free on 2 brokers")
    checks = judge_log_dirs({1: [roomy, tight], 2: [full, broken]})
    assert [(check.about, check.verdict) for check in checks] == [
        ("broker 1 /b", Verdict.WARNING),
        ("broker 2 /c", Verdict.PROBLEM),
        ("broker 2 /d", Verdict.PROBLEM),
    ]
    for unknown in ({}, {1: [untold]}):
        [check] = judge_log_dirs(unknown)
        assert check.verdict is Verdict.NOT_CHECKED


@pytest.mark.parametrize(
    ("clock", "verdict", "words"),
    [
        (None, Verdict.NOT_CHECKED, "not told"),
        (ClockReading(900, 1), Verdict.OK, "within a second"),
        (ClockReading(-2_500, 2_000), Verdict.OK, "within a second"),
        (ClockReading(-2_500, 100), Verdict.WARNING, "2.4 s behind"),
        (ClockReading(3_600_000, 5), Verdict.PROBLEM, "3600.0 s ahead of"),
    ],
)
def test_the_clock_of_the_controller(clock, verdict, words):
    """What the way of the answer may explain is not held against it."""
    check = judge_clock(clock)
    assert check.verdict is verdict
    assert words in check.found
