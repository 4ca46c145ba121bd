# SPDX-License-Identifier: Apache-2.0
"""The example of events as the source of truth: rebuilt state, conflicts, corrections, growth."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from examples import source_of_truth
from examples.source_of_truth import EVENTS, Account, ConflictError, Ledger

from ottla import Producer
from ottla.testing import Broker

EXAMPLE = Path(__file__).parents[3] / "examples" / "source_of_truth.py"


@pytest.fixture
def bootstrap():
    """Return the address of a broker that has both topics."""
    with Broker() as broker:
        source_of_truth.create_topics(broker.bootstrap_servers)
        yield broker.bootstrap_servers


@pytest.fixture
def producer(bootstrap):
    """Return a producer."""
    with Producer(bootstrap) as producer:
        yield producer


def test_the_example_runs(bootstrap):
    """It ends well, and shows the conflict and the same state twice."""
    shown = subprocess.run(
        [sys.executable, str(EXAMPLE), "--bootstrap", bootstrap],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    assert "refused: account" in shown
    states = [line.split(":", 1)[1].strip() for line in shown.splitlines() if "Account(" in line]
    assert len(states) == 2
    assert states[0] == states[1]
    assert "balance=8000, currency='INR'" in states[0]


def test_two_authors_of_one_version(bootstrap, producer):
    """The first one wins for every reader; the other is told, and may decide anew."""
    one = Ledger.rebuild(bootstrap)
    one.append(producer, "a", "opened")
    two = Ledger.rebuild(bootstrap)
    one.append(producer, "a", "deposited", amount=100)
    with pytest.raises(ConflictError, match="version 1"):
        two.append(producer, "a", "deposited", amount=50)
    two.append(producer, "a", "deposited", amount=50)  # it has read on meanwhile
    assert Ledger.rebuild(bootstrap).accounts["a"] == Account("a", version=3, balance=150)


def test_authors_at_once_never_overdraw(bootstrap, producer):
    """Four of them withdraw what they see as long as there is something to withdraw."""
    ledger = Ledger.rebuild(bootstrap)
    ledger.append(producer, "a", "opened")
    ledger.append(producer, "a", "deposited", amount=10)

    def withdraw_all() -> None:
        mine = Ledger.rebuild(bootstrap)
        while mine.accounts["a"].balance > 0:
            with contextlib.suppress(ConflictError):
                mine.append(producer, "a", "withdrawn", amount=1)

    authors = [threading.Thread(target=withdraw_all) for _ in range(4)]
    for author in authors:
        author.start()
    for author in authors:
        author.join(60)
    assert Ledger.rebuild(bootstrap).accounts["a"] == Account("a", version=12, balance=0)


def test_states_and_events_give_the_same(bootstrap, producer):
    """Whatever happened before or after the states were saved."""
    ledger = Ledger.rebuild(bootstrap)
    for number in range(5):
        ledger.append(producer, f"a{number}", "opened")
        ledger.append(producer, f"a{number}", "deposited", amount=number)
    ledger.save_states(producer)
    ledger.append(producer, "a1", "withdrawn", amount=1)
    ledger.append(producer, "late", "opened")
    ledger.append(producer, "a2", "corrected", amount=-1, reason="was 1 too much")
    whole, resumed = Ledger.rebuild(bootstrap), Ledger.rebuild_from_states(bootstrap)
    assert whole.accounts == resumed.accounts == ledger.accounts
    assert resumed.accounts["a2"].balance == 1


def test_events_of_the_first_days_are_read_as_they_were_meant(bootstrap, producer):
    """They have no currency; those of tomorrow may have fields that this program does not know."""
    first = {"id": "1", "kind": "opened", "expected_version": 0}
    newer = {"id": "2", "kind": "opened", "expected_version": 0, "currency": "INR", "branch": 7}
    producer.send(EVENTS, json.dumps(first), key="old").result()
    producer.send(EVENTS, json.dumps(newer), key="new").result()
    accounts = Ledger.rebuild(bootstrap).accounts
    assert accounts["old"].currency == "EUR"
    assert accounts["new"].currency == "INR"


def test_an_unknown_kind_of_event_is_not_passed_over(bootstrap, producer):
    """A program that is too old must not show a wrong balance."""
    event = {"id": "1", "kind": "frozen", "expected_version": 0}
    producer.send(EVENTS, json.dumps(event), key="a").result()
    with pytest.raises(ValueError, match="newer than this program"):
        Ledger.rebuild(bootstrap)
