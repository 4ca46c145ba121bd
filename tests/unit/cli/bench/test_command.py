# SPDX-License-Identifier: Apache-2.0
"""`ottla bench`: what it refuses, its defaults, exit codes."""

from __future__ import annotations

import json

import pytest

from ottla.cli.bench import command
from ottla.cli.bench.plan import Kind
from ottla.cli.bench.result import Result
from ottla.cli.main import main
from ottla.client.errors import BrokerUnreachableError
from ottla.net.address import Address


@pytest.fixture
def plans(monkeypatch):
    """Measure nothing; collect what would be measured."""
    collected = []

    async def run(_bootstrap, plan):
        collected.append(plan)
        return Result(plan, partitions=plan.partitions)

    monkeypatch.setattr(command, "run", run)
    return collected


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("produce", "--record-size", "0"), "--record-size"),
        (("produce", "--record-size", "1000001"), "--record-size"),
        (("produce", "--records", "0"), "--records"),
        (("produce", "--records", "many"), "--records"),
        (("produce", "--seconds", "0"), "--seconds"),
        (("produce", "--seconds", "-1"), "--seconds"),
        (("produce", "--seconds", "nan"), "--seconds"),
        (("produce", "--rate", "inf"), "--rate"),
        (("produce", "--linger", "-1"), "--linger"),
        (("produce", "--acks", "2"), "--acks"),
        (("produce", "--compression", "rar"), "--compression"),
        (("produce", "--partitions", "0"), "--partitions"),
        (("produce", "--batch-size", "0"), "--batch-size"),
        (("produce", "--topic", "t", "--partitions", "3"), "--partitions is for a temporary"),
        (("consume", "--topic", "t", "--replication-factor", "3"), "--replication-factor is for"),
        (("end-to-end", "--record-size", "15"), "15 is too small"),
        (("end-to-end", "--rate", "0"), "--rate"),
        (("sideways",), "sideways"),
    ],
)
def test_nonsense_is_refused(plans, capsys, arguments, words):
    """Exit code 2, and the option is named."""
    assert main(["bench", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert plans == []


def test_defaults(plans, capsys):
    """Ten seconds, or as many records as are worth reading."""
    for name in ("produce", "consume", "end-to-end"):
        assert main(["bench", name]) == 0
    produce, consume, end_to_end = plans
    assert [plan.kind for plan in plans] == list(Kind)
    assert (produce.records, produce.seconds, produce.rate) == (None, 10.0, None)
    assert (consume.records, consume.seconds) == (200_000, None)
    assert (end_to_end.seconds, end_to_end.rate) == (10.0, 1_000.0)
    assert all(plan.is_temporary for plan in plans)
    assert len({plan.topic for plan in plans}) == 3


def test_a_topic_of_ones_own(plans, capsys):
    """It is kept, and read to its end."""
    assert main(["bench", "consume", "--topic", "orders"]) == 0
    [plan] = plans
    assert (plan.topic, plan.is_temporary, plan.records) == ("orders", False, None)


def test_limits_that_are_given_stand_alone(plans, capsys):
    """The default of ten seconds does not cut a count short."""
    assert main(["bench", "produce", "--records", "7"]) == 0
    assert (plans[0].records, plans[0].seconds) == (7, None)


def test_interrupted(monkeypatch, capsys):
    """What was measured is printed, and the exit code tells."""

    async def run(_bootstrap, plan):
        return Result(plan, records=3, seconds=1.0, is_interrupted=True)

    monkeypatch.setattr(command, "run", run)
    assert main(["bench", "produce", "--json"]) == 130
    document = json.loads(capsys.readouterr().out)
    assert (document["is_interrupted"], document["records"]) == (True, 3)


def test_failures_are_sentences(monkeypatch, capsys):
    """As those of other commands."""

    async def run(_bootstrap, _plan):
        raise BrokerUnreachableError(Address("b1", 9092), "connection refused", refused=True)

    monkeypatch.setattr(command, "run", run)
    assert main(["bench", "produce"]) == 1
    assert capsys.readouterr().err.startswith("ottla: no broker answers at b1:9092")
