# SPDX-License-Identifier: Apache-2.0
"""The judge of histories: each anomaly is found in a bad history, and good ones pass."""

from __future__ import annotations

import pytest
from tests.unit.testing.simulation.histories import history

from ottla.testing.simulation.checker import Promises, check, main
from ottla.testing.simulation.history import read_history, write_history

GOOD = {
    "sends and polls": """
        1 send t-0@0=10 t-0@1=11
        1 send t-1@0=12
        2 assign t-0 t-1
        2 poll t-0:0=10 t-0:1=11
        2 poll t-1:0=12
    """,
    "an unknown send that happened": """
        1 send? t-0@=10
        1 send t-0@1=11
        2 assign t-0
        2 poll t-0:0=10 t-0:1=11
    """,
    "an unknown send that did not happen": """
        1 send? t-0@=10
        1 send t-0@0=11
        2 poll t-0:0=11
    """,
    "a failed send leaves no trace": """
        1 send! t-0@=10
        1 send t-0@0=11
        2 poll t-0:0=11
    """,
    "an aborted transaction leaves a hole": """
        1 txn! t-0@0=10 t-0@1=11
        1 txn t-0@3=12
        2 assign t-0
        2 poll t-0:3=12
    """,
    "an unknown transaction that committed as a whole": """
        1 txn? t-0@0=10 t-1@0=11
        2 poll t-0:0=10 t-1:0=11
    """,
    "transactions that hand values on": """
        1 send t-0@0=1
        2 txn t-0:0=1 t-1@0=2
        3 txn t-1:0=2 t-0@1=3
        4 poll t-0:0=1 t-0:1=3 t-1:0=2
    """,
    "interleaved transactions": """
        1 txn t-0@0=1 t-0@2=2
        2 txn t-0@1=3 t-0@3=4
        3 poll t-0:0=1 t-0:1=3 t-0:2=2 t-0:3=4
    """,
    "a rebalance takes a partition back": """
        1 send t-0@0=10 t-0@1=11
        2 subscribe
        2 poll t-0:0=10 t-0:1=11
        2 poll ~t-0 t-0:0=10
        2 poll ~t-0 t-0:1=11 t-0:0=10
    """,
    "a consumer that is assigned anew starts where it likes": """
        1 send t-0@0=10 t-0@1=11
        2 assign t-0
        2 poll t-0:1=11
        2 assign t-0
        2 poll t-0:0=10
    """,
    "after a poll of unknown outcome nobody knows the position": """
        1 send t-0@0=10 t-0@1=11
        2 assign t-0
        2 poll? t-0:0=10
        2 poll t-0:0=10 t-0:1=11
    """,
    "commits go on, and a new generation may go back": """
        2 commit g/1 t-0:5
        2 commit g/1 t-0:7
        3 committed g t-0:7
        3 commit g/2 t-0:6
        3 committed g t-0:6
    """,
    "an answer between two commits under way": """
        2 commit g/1 t-0:5
        3 commit g/2 t-0:3 +3
        4 committed g t-0:3
        4 committed g t-0:5
    """,
    "a commit of unknown outcome": """
        2 commit g/1 t-0:5
        2 commit? g/2 t-0:2
        3 committed g t-0:2
    """,
    "nothing was committed": """
        3 committed g t-0:-1
    """,
    "owners change with the generation": """
        1 own g/1 t-0 t-1
        2 own g/2 t-1
        1 own g/2 t-0
    """,
    "a transaction that ends in time": """
        9 ends t-0=4/7
        9 ends t-0=4/9
        9 ends t-0=9/9
        9 ends t-0=9/9
    """,
}

BAD = {
    "inconsistent-offsets": """
        1 send t-0@0=10
        3 send t-0@0=12
        2 poll t-0:0=10
        4 poll t-0:0=12
    """,
    "duplicate": """
        1 send t-0@0=10
        2 poll t-0:0=10 t-0:1=10
    """,
    "unknown-value": """
        2 poll t-0:0=10
    """,
    "G1a": """
        1 txn! t-0@=10
        2 poll t-0:0=10
    """,
    "precommitted-read": """
        1 txn t-0@0=10 t-0:0=10
    """,
    "lost-write": """
        1 send t-0@0=10
        1 send t-0@1=11
        2 poll t-0:1=11
    """,
    "unseen": """
        1 send t-0@0=10
        1 send t-0@1=11
        2 poll t-0:0=10
    """,
    "poll-skip": """
        1 send t-0@0=10 t-0@1=11 t-0@2=12
        2 assign t-0
        2 poll t-0:0=10
        2 poll t-0:2=12
        3 poll t-0:1=11
    """,
    "nonmonotonic-poll": """
        1 send t-0@0=10 t-0@1=11
        2 assign t-0
        2 poll t-0:0=10 t-0:1=11
        2 poll t-0:1=11
    """,
    "int-poll-skip": """
        1 send t-0@0=10 t-0@1=11 t-0@2=12
        2 poll t-0:0=10 t-0:2=12
        3 poll t-0:1=11
    """,
    "int-nonmonotonic-poll": """
        1 send t-0@0=10 t-0@1=11
        2 subscribe
        2 poll t-0:1=11 t-0:0=10
    """,
    "nonmonotonic-send": """
        1 send t-0@1=10
        1 send t-0@0=11
        2 poll t-0:0=11 t-0:1=10
    """,
    "int-nonmonotonic-send": """
        1 send t-0@1=10 t-0@0=11
        2 poll t-0:0=11 t-0:1=10
    """,
    "G1c": """
        1 txn t-0@0=1 t-1:0=2
        2 txn t-1@0=2 t-0:0=1
    """,
    "nonmonotonic-commit": """
        2 commit g/1 t-0:7
        2 commit g/1 t-0:5
    """,
    "lost-commit": """
        2 commit g/1 t-0:7
        3 committed g t-0:0
    """,
    "shared-ownership": """
        1 own g/4 t-0 t-1
        2 own g/4 t-1
    """,
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_history_passes(name):
    """What is allowed is not called an anomaly."""
    assert check(history(GOOD[name])).anomalies == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_history_shows_its_anomaly_and_nothing_else(name):
    """Each anomaly has a history that shows it."""
    assert {anomaly.name for anomaly in check(history(BAD[name])).anomalies} == {name}


def test_a_torn_transaction_is_a_lost_write():
    """One value of a transaction was seen: the others must be there, whatever the client knew."""
    with_offset = "1 txn? t-0@0=10 t-1@0=11\n2 poll t-0:0=10\n3 send t-1@1=12\n2 poll t-1:1=12"
    without = "1 txn? t-0@=10 t-1@=11\n2 poll t-0:0=10"
    for text in (with_offset, without):
        assert [each.name for each in check(history(text)).anomalies] == ["lost-write"]
    assert check(history(without), Promises(has_caught_up=False)).is_good


def test_a_circle_of_three_is_found():
    """G1c of any length."""
    text = """
        1 txn t-0@0=1 t-2:0=3
        2 txn t-1@0=2 t-0:0=1
        3 txn t-2@0=3 t-1:0=2
        4 poll t-0:0=1
    """
    verdict = check(history(text))
    assert [each.name for each in verdict.anomalies] == ["G1c"]
    assert "3 operations" in verdict.anomalies[0].text


def test_a_surprise_of_minus_one_is_a_lost_commit():
    """A coordinator that has not loaded yet must not say that nothing was committed."""
    text = "2 commit g/1 t-0:7\n3 committed g t-0:-1"
    assert [each.name for each in check(history(text)).anomalies] == ["lost-commit"]


def test_a_hanging_transaction_is_found():
    """The last stable offset stands still for longer than the time-out and the grace."""
    text = "\n".join(f"9 ends t-0=4/{7 + second}" for second in range(14))
    assert [
        each.name for each in check(history(text), Promises(transaction_timeout_s=1)).anomalies
    ] == ["hanging-transaction"]
    assert check(history(text), Promises(transaction_timeout_s=5)).is_good


def test_without_the_promise_it_is_no_anomaly():
    """Duplicates without idempotence, own reads without read_committed, ends that nobody polled."""
    assert check(history(BAD["duplicate"]), Promises(is_idempotent=False)).is_good
    assert check(history(BAD["precommitted-read"]), Promises(is_read_committed=False)).is_good
    assert check(history(BAD["unseen"]), Promises(has_caught_up=False)).is_good


def test_deleted_records_are_not_lost():
    """Below the log's start nothing is missed."""
    promises = Promises(log_starts={"t-0": 1})
    assert check(history(BAD["lost-write"]), promises).is_good


def test_what_is_normal_is_counted():
    """Interleaved writes, repeated consumption and lag are measured, not judged."""
    measured = check(history(GOOD["interleaved transactions"])).measured
    assert measured["int-send-skip"] == 2
    assert measured["G0"] == 1
    twice = "1 send t-0@0=1\n2 txn t-0:0=1 t-1@0=2\n3 txn t-0:0=1 t-1@1=3\n4 poll t-1:0=2 t-1:1=3"
    measured = check(history(twice)).measured
    assert measured["consume-counts"] == {2: 1}
    assert measured["realtime-lag in seconds"] == 2.0


def test_a_history_survives_the_disk(tmp_path, capsys):
    """JSON lines bring back the same operations; the command judges the file."""
    for text in (*GOOD.values(), *BAD.values()):
        operations = history(text)
        assert read_history(write_history(operations).splitlines()) == operations
    path = tmp_path / "history.jsonl"
    path.write_text(write_history(history(GOOD["sends and polls"])))
    assert main([str(path)]) == 0
    path.write_text(write_history(history(BAD["G1a"])))
    assert main([str(path)]) == 1
    assert "G1a" in capsys.readouterr().out


def test_a_line_that_is_no_operation_is_refused():
    """A history from elsewhere is not misread."""
    with pytest.raises(ValueError, match="no operation"):
        read_history(['{"f": "dance", "outcome": "ok"}'])
