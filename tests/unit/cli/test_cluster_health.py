# SPDX-License-Identifier: Apache-2.0
"""`ottla cluster health`: the exit code, the table with the worst first, and JSON."""

from __future__ import annotations

import json

import pytest

from ottla.cli import cluster_health
from ottla.cli.main import main
from ottla.client.health import Finding, Health
from ottla.client.reassignments import Reassignment
from ottla.client.topic_partition import TopicPartition

GOOD = Health("id", 1, 3, 2, (), (), (), (), (), (), {})
OFFLINE = Finding(TopicPartition("a", 0), -1, (1, 2), (), (1, 2), 2)
BEHIND = Finding(TopicPartition("b", 1), 1, (1, 2, 3), (1,), (2, 3), 2)
MOVE = Reassignment("c", 0, (1, 2), (2,), (1,))


@pytest.fixture
def health_is(monkeypatch):
    """Let a cluster be in a state."""

    def set_health(health):
        monkeypatch.setattr(cluster_health, "with_cluster", lambda _, __: health)

    return set_health


def test_a_healthy_cluster(health_is, capsys):
    """Exit code 0 and no table."""
    health_is(GOOD)
    assert main(["cluster", "health"]) == 0
    output = capsys.readouterr().out
    assert "health\tgood\n" in output
    assert "PARTITION" not in output


def test_a_sick_cluster(health_is, capsys):
    """Exit code 3; each partition has one row, with the worst that is true of it."""
    health_is(
        GOOD._replace(
            fenced=(2,),
            offline=(OFFLINE,),
            under_min_isr=(OFFLINE, BEHIND),
            under_replicated=(OFFLINE, BEHIND),
            moves=(MOVE,),
            lags={
                (BEHIND.place, 2): 1500,
                (BEHIND.place, 3): 0,
                (TopicPartition("c", 0), 2): 7,
            },
        )
    )
    assert main(["cluster", "health"]) == 3
    output = capsys.readouterr().out
    assert "health\tnot good\n" in output
    assert "brokers\t3, fenced: 2\n" in output
    assert "a-0\toffline\tnone\t1,2\t\t1,2\t\n" in output
    assert "b-1\tunder min ISR\t1\t1,2,3\t1\t2,3\t2: 1.5 KB, 3: 0 B\n" in output
    assert output.count("a-0") == 1
    assert output.endswith("c-0\t1,2\t2\t1\t7 B\n")


def test_long_tables_are_cut(health_is, capsys):
    """A cluster of thousands of partitions does not fill the screen unless it is asked to."""
    many = tuple(BEHIND._replace(place=TopicPartition("b", n)) for n in range(60))
    health_is(GOOD._replace(under_replicated=many))
    main(["cluster", "health"])
    result = capsys.readouterr()
    assert result.out.count("under-replicated\t1") == 50
    assert "10 more; --all shows them." in result.err
    main(["cluster", "health", "--all"])
    assert capsys.readouterr().out.count("under-replicated\t1") == 60


def test_json(health_is, capsys):
    """Scripts get everything, and the same exit code."""
    health_is(GOOD._replace(controller_id=-1, under_replicated=(BEHIND,), moves=(MOVE,)))
    assert main(["cluster", "health", "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert (document["is_healthy"], document["controller_id"]) == (False, None)
    (finding,) = document["under_replicated"]
    assert finding["missing"][0] == {"broker": 2, "behind_bytes": None}
    assert document["reassignments"][0]["adding"] == [{"broker": 2, "behind_bytes": None}]
