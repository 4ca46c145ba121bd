# SPDX-License-Identifier: Apache-2.0
"""What `up` plans from options and from what the folder knows; errors of the other commands."""

from __future__ import annotations

import pytest

from ottla.cli.local_cluster import commands
from ottla.cli.local_cluster.commands import planned
from ottla.cli.local_cluster.folder import ClusterFolder, Description, LocalBroker
from ottla.cli.main import main
from ottla.cli.session import CommandError


def ports(description):
    """Return the ports in order."""
    return [broker.port for broker in description.brokers]


def test_first_start():
    """Three brokers in memory from port 9092 on, with replicated topics."""
    plan = planned(None, None, None, None, {})
    assert (plan.engine, ports(plan)) == ("memory", [9092, 9093, 9094])
    assert plan.settings["default.replication.factor"] == "3"
    assert plan.settings["min.insync.replicas"] == "2"


def test_options():
    """Number, engine, ports and settings are as asked."""
    plan = planned(None, 1, "etcd", 7000, {"num.partitions": "4"})
    assert (plan.engine, ports(plan)) == ("etcd", [7000])
    assert plan.settings["num.partitions"] == "4"
    assert plan.settings["default.replication.factor"] == "1"
    assert plan.settings["min.insync.replicas"] == "1"


def test_any_ports():
    """Port 0 asks the system, and no two brokers get the same."""
    assert len(set(ports(planned(None, 5, None, 0, {})))) == 5


def known():
    """Return a cluster that was there before."""
    return Description("memory", [LocalBroker(1, 5001), LocalBroker(2, 5007)], {"a": "b"})


def test_the_folder_is_remembered():
    """Ports, settings and number stay unless others are asked for."""
    plan = planned(known(), None, None, None, {})
    assert (ports(plan), plan.settings["a"]) == ([5001, 5007], "b")
    assert ports(planned(known(), None, None, 6000, {})) == [6000, 6001]


def test_growth():
    """Further brokers come behind the old ones."""
    assert ports(planned(known(), 4, None, None, {})) == [5001, 5007, 5008, 5009]


@pytest.mark.parametrize(("count", "engine"), [(1, None), (None, "etcd")])
def test_what_does_not_go_with_the_data(count, engine):
    """Data is never left behind by a slip of the finger."""
    with pytest.raises(CommandError, match="--data-dir"):
        planned(known(), count, engine, None, {})


@pytest.mark.parametrize(
    "command", ["kill", "stop", "pause", "resume", "restart", "status", "down"]
)
def test_commands_without_a_cluster(tmp_path, capsys, command):
    """Every command says where it looked, and how to start one."""
    needs_broker = command not in ("status", "down")
    arguments = [*(["1"] if needs_broker else []), "--data-dir", str(tmp_path / "none")]
    assert main(["cluster", command, *arguments]) == 1
    assert f"there is no cluster in {tmp_path}/none" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_down_of_what_is_down(tmp_path, capsys):
    """That is no error."""
    ClusterFolder(str(tmp_path)).save(known())
    assert main(["cluster", "down", "--data-dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "The cluster was not running\n"


def test_a_start_that_fails_leaves_nothing_running(tmp_path, capsys, monkeypatch):
    """What was started before the failure is stopped again."""
    calls = []

    class Failing:
        def __init__(self, folder, description) -> None:
            pass

        def up(self):
            calls.append("up")
            raise CommandError("no")

        def down(self):
            calls.append("down")

    monkeypatch.setattr(commands, "MemoryCluster", Failing)
    assert main(["cluster", "up", "--data-dir", str(tmp_path)]) == 1
    assert calls == ["up", "down"]


def test_hidden_commands_are_not_shown(capsys):
    """`hold` is for `up` alone."""
    main(["cluster", "--help"])
    output = capsys.readouterr().out
    assert " up " in output
    assert "  hold " not in output
