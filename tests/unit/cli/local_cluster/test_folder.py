# SPDX-License-Identifier: Apache-2.0
"""The description of a local cluster: what is written is read, damage is told."""

from __future__ import annotations

import pytest

from ottla.cli.local_cluster.folder import ClusterFolder, Description, LocalBroker
from ottla.cli.local_cluster.processes import ProcessIdentity
from ottla.cli.session import CommandError

DESCRIPTION = Description(
    "etcd",
    [LocalBroker(1, 9092, ProcessIdentity(7, "b/1")), LocalBroker(2, 9093, None, "kill")],
    {"num.partitions": "3"},
    2379,
    ProcessIdentity(8, "b/2"),
)


@pytest.fixture
def folder(tmp_path):
    """Return an empty folder."""
    return ClusterFolder(str(tmp_path))


def test_round_trip(folder):
    """What was saved is loaded, processes included."""
    folder.save(DESCRIPTION)
    assert folder.load() == DESCRIPTION
    assert DESCRIPTION.bootstrap_servers == "127.0.0.1:9092,127.0.0.1:9093"


def test_no_cluster(folder):
    """An empty folder is no error unless a cluster is needed."""
    assert folder.load() is None
    with pytest.raises(CommandError, match="ottla cluster up"):
        folder.must_load()


@pytest.mark.parametrize("content", ["", "{}", '{"format": 9}', "[]", '{"format": 1, "x": 2}'])
def test_damage(folder, tmp_path, content):
    """The file is named."""
    (tmp_path / "cluster.json").write_text(content)
    with pytest.raises(CommandError, match=r"cluster\.json is damaged"):
        folder.load()


def test_one_command_at_a_time(folder):
    """A second change has to wait for the first."""
    with folder.changing(), pytest.raises(CommandError, match="another command"):
        ClusterFolder(folder.path).changing().__enter__()
    with folder.changing():
        pass


def test_unknown_brokers_are_refused():
    """Those that exist are named."""
    assert DESCRIPTION.broker(2).port == 9093
    with pytest.raises(CommandError, match="there is no broker 3; this cluster has 1, 2"):
        DESCRIPTION.broker(3)


def test_processes_that_are_gone_do_not_count():
    """Numbers in an old description belong to nobody, or to somebody else."""
    assert DESCRIPTION.processes() == []
