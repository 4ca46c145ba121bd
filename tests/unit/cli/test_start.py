# SPDX-License-Identifier: Apache-2.0
"""`ottla start`: what options become settings, and what the user is shown."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from ottla.broker.app import Ready
from ottla.broker.starting import Waiting
from ottla.cli import start
from ottla.cli.main import main


@pytest.fixture
def started(monkeypatch):
    """Record the settings instead of running a broker."""
    calls = []

    def record(properties, overrides):
        calls.append({**properties, **overrides})
        return 0

    monkeypatch.setattr(start, "run_broker", record)
    return calls


def ready(port=9092, folder="data"):
    """Return what a broker says of itself."""
    return Ready(
        addresses=(("127.0.0.1", port),),
        data_directories=(folder,),
        node_id=1,
        cluster_id="c",
        topic_count=0,
    )


def test_defaults(started):
    """Without options the broker listens on loopback and keeps data in the present folder."""
    assert main(["start"]) == 0
    assert started == [{"listeners": "PLAINTEXT://127.0.0.1:9092", "log.dirs": "ottla-data"}]


def test_options_win_over_set_and_file(started, tmp_path):
    """The file holds least, `--set` more, a named option most."""
    file = tmp_path / "server.properties"
    file.write_text("num.partitions=2\nlog.dirs=/file\nnode.id=3\nlisteners=PLAINTEXT://f:1\n")
    arguments = ["--config", str(file), "--set", "node.id=4", "--set", "log.dirs=/set"]
    assert main(["start", *arguments, "--data-dir", "/option"]) == 0
    assert started == [
        {
            "num.partitions": "2",
            "log.dirs": "/option",
            "node.id": "4",
            "listeners": "PLAINTEXT://f:1",
        }
    ]


def test_log_dir_of_the_file_is_kept(started, tmp_path):
    """Kafka's older spelling of the folder is not overridden by our default."""
    file = tmp_path / "server.properties"
    file.write_text("log.dir=/old\n")
    main(["start", "--config", str(file)])
    assert "log.dirs" not in started[0]


def test_several_listeners_get_names(started):
    """Listeners are named and mapped; a full listener text is taken as it is."""
    main(["start", "--listen", "[::1]:9092", "--listen", "0.0.0.0:9093", "--listen", "LAN://h:1"])
    assert started[0]["listeners"] == "PLAINTEXT://[::1]:9092,PLAINTEXT_2://0.0.0.0:9093,LAN://h:1"
    assert started[0]["listener.security.protocol.map"] == (
        "PLAINTEXT:PLAINTEXT,PLAINTEXT_2:PLAINTEXT,LAN:PLAINTEXT"
    )


def test_advertise_and_node_id(started):
    """Both become Kafka's settings."""
    main(["start", "--advertise", "example.org:9092", "--node-id", "7"])
    assert started[0]["advertised.listeners"] == "PLAINTEXT://example.org:9092"
    assert started[0]["node.id"] == "7"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--listen", "9092"], "'9092' is not HOST:PORT"),
        (["--listen", "::1:9092"], "'::1:9092' is not HOST:PORT"),
        (["--listen", "h:70000"], "is not HOST:PORT"),
        (["--set", "novalue"], "'novalue' is not KEY=VALUE"),
        (["--node-id", "-1"], "--node-id"),
        (["--listen", "h:1", "--listen", "h:1"], "once"),
        (["--config", "/no/such/file"], "/no/such/file"),
        (["--frobnicate"], "--frobnicate"),
    ],
)
def test_wrong_usage(started, capsys, arguments, text):
    """Bad options are exit code 2 with a text that repeats them; no broker is started."""
    assert main(["start", *arguments]) == 2
    assert text in capsys.readouterr().err
    assert not started


def test_bad_value_is_exit_code_2(capsys):
    """A value that a setting does not take names key, value and what is allowed."""
    assert main(["start", "--set", "num.partitions=none"]) == 2
    error = capsys.readouterr().err
    assert "num.partitions" in error
    assert "none" in error
    assert "Traceback" not in error


def test_plain_announcement_is_one_fact_a_line():
    """Tools read folder and address from lines of their own."""
    assert start.plain_announcement(ready(4711, "/data")) == (
        "Data folder: /data\nOttla is ready on 127.0.0.1:4711\n"
    )


def test_announcement_without_terminal(capsys):
    """Without a terminal the plain form is printed."""
    start.announce(ready())
    assert capsys.readouterr().out.endswith("Ottla is ready on 127.0.0.1:9092\n")


def test_banner_gives_lines_to_paste():
    """The banner names address and folder, and two commands that work as they stand."""
    text = start.banner(ready(), ".venv/bin/ottla", is_coloured=False)
    assert "127.0.0.1:9092" in text
    assert os.path.abspath("data") in text
    assert "    .venv/bin/ottla produce greetings\n" in text
    assert "    .venv/bin/ottla consume greetings --from-beginning --follow\n" in text
    assert "\x1b" not in text
    assert "\x1b" in start.banner(ready(), "ottla", is_coloured=True)


def test_banner_names_another_port():
    """With another port the commands say where the broker is."""
    text = start.banner(ready(4711), "ottla", is_coloured=False)
    assert "ottla produce greetings --bootstrap 127.0.0.1:4711\n" in text


def test_own_command(monkeypatch, tmp_path):
    """The command to paste is the one that was started: by name if the shell finds it."""
    program = tmp_path / "bin" / "ottla"
    program.parent.mkdir()
    program.touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", str(program.parent))
    assert start._own_command() == "ottla"
    monkeypatch.setenv("PATH", "/nowhere")
    assert start._own_command() == "bin/ottla"
    monkeypatch.setattr(sys, "argv", ["/x/ottla/__main__.py"])
    assert start._own_command().endswith("-m ottla")


def test_colour_is_off_when_asked(monkeypatch):
    """NO_COLOR and dumb terminals are respected."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert start._is_colour_wanted()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not start._is_colour_wanted()


def test_cluster_and_roles(started):
    """Both become settings; the URL is passed on as it is."""
    main(["start", "--cluster", "etcd://h:1/x", "--roles", "broker", "--node-id", "3"])
    assert started[0]["ottla.cluster"] == "etcd://h:1/x"
    assert started[0]["process.roles"] == "broker"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--cluster", "etcd://h:1"], "add --node-id N"),
        (["--cluster", "raft://h:1", "--node-id", "1"], "write zookeeper://HOST:PORT"),
        (["--cluster", "etcd://u:secret@h:1/?x=y", "--node-id", "1"], "x is no option"),
        (["--roles", "controller"], "--roles"),
        (["--set", "process.roles=controller"], "every node is a broker"),
        (["--set", "broker.heartbeat.interval.ms=3000"], "broker.session.timeout.ms (3000)"),
    ],
)
def test_what_a_broker_of_a_cluster_needs(capsys, arguments, text):
    """A mistake is exit code 2 and one sentence, which shows no password."""
    assert main(["start", *arguments]) == 2
    error = capsys.readouterr().err
    assert text in error
    assert "secret" not in error
    assert "Traceback" not in error


def test_the_cluster_is_announced():
    """Banner and plain form say which broker of which cluster this is, without a password."""
    cluster = start.cluster_name("etcd://user:secret@h:2379/shop")
    assert cluster == "etcd://user@h:2379/shop"
    text = start.banner(ready(), "ottla", is_coloured=False, cluster=cluster)
    assert "broker 1, is in service" in text
    assert "cluster   etcd://user@h:2379/shop, id c" in text
    plain = start.plain_announcement(ready(), cluster)
    assert plain.startswith("Broker 1 of cluster etcd://user@h:2379/shop\n")
    assert plain.endswith("Ottla is ready on 127.0.0.1:9092\n")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_person_is_told_what_the_start_waits_for(monkeypatch, capsys, is_terminal):
    """Only at a terminal, and only once it takes a while."""
    monkeypatch.setattr(start, "QUIET_S", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal, raising=False)

    async def scenario():
        notice = start.WaitingNotice("etcd://h:1/ottla")
        notice.waiting(Waiting.ENGINE)
        notice.waiting(None)  # it went on at once
        notice.waiting(Waiting.REGISTRATION)
        await asyncio.sleep(0.01)

    asyncio.run(scenario())
    told = capsys.readouterr().err
    assert "the engine" not in told
    assert ("a controller that registers this broker (etcd://h:1/ottla)" in told) is is_terminal
