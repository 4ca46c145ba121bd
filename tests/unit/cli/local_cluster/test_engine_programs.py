# SPDX-License-Identifier: Apache-2.0
"""Finding engines: what is missing is said together with what brings it."""

from __future__ import annotations

import socket

import pytest

from ottla.cli.local_cluster import engine_programs
from ottla.cli.local_cluster.engine_programs import (
    engine_url,
    free_port,
    start_engine,
    zookeeper_class_path,
)
from ottla.cli.local_cluster.folder import HOST, ClusterFolder, Description
from ottla.cli.session import CommandError


def test_class_path_of_an_unpacked_zookeeper(tmp_path):
    """Jars beside and below the folder are taken."""
    (tmp_path / "lib").mkdir()
    for name in ("one.jar", "lib/two.jar", "lib/three.txt"):
        (tmp_path / name).touch()
    assert zookeeper_class_path(str(tmp_path)) == f"{tmp_path}/lib/two.jar:{tmp_path}/one.jar"


def test_a_home_without_jars(tmp_path):
    """The variable is named."""
    with pytest.raises(CommandError, match=f"ZOOKEEPER_HOME={tmp_path} holds no jars"):
        zookeeper_class_path(str(tmp_path))


def test_zookeeper_of_the_system(tmp_path, monkeypatch):
    """Debian's jar, or advice where it is missing."""
    jar = tmp_path / "zookeeper.jar"
    monkeypatch.setattr(engine_programs, "DEBIAN_JAR", str(jar))
    with pytest.raises(CommandError, match="apt-get install zookeeper"):
        zookeeper_class_path(None)
    jar.touch()
    assert zookeeper_class_path(None) == str(jar)


@pytest.mark.parametrize(("engine", "program"), [("etcd", "etcd"), ("zookeeper", "java")])
def test_missing_programs(tmp_path, monkeypatch, engine, program):
    """Which one, and that memory needs none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = ClusterFolder(str(tmp_path))
    with pytest.raises(CommandError, match=f"{program} is not installed.*--engine memory"):
        start_engine(folder, Description(engine, []))


def test_an_engine_that_does_not_start(tmp_path, monkeypatch):
    """What it printed is shown."""
    program = tmp_path / "etcd"
    program.write_text("#!/bin/sh\necho the disk is gone\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(CommandError, match=r"(?s)does not start.*the disk is gone"):
        start_engine(ClusterFolder(str(tmp_path)), Description("etcd", []))


def test_url_and_ports():
    """Brokers are told the engine's address; a free port can be listened on."""
    assert engine_url(Description("etcd", [], engine_port=7)) == "etcd://127.0.0.1:7"
    with socket.create_server((HOST, free_port())):
        pass


def test_nobody_serves():
    """A closed port is no engine."""
    port = free_port()
    assert not engine_programs._etcd_serves(port)
    assert not engine_programs._zookeeper_serves(port)
