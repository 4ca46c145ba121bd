# SPDX-License-Identifier: Apache-2.0
"""The command line against a running broker, as processes of their own."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest

TIMEOUT_S = 60


@pytest.fixture
def ottla(broker):
    """Return a function that runs one command to its end against the broker."""

    def run(*arguments: str, stdin: bytes = b"", code: int = 0):
        result = subprocess.run(
            [sys.executable, "-m", "ottla", *arguments],
            input=stdin,
            capture_output=True,
            env=os.environ | {"OTTLA_BOOTSTRAP": broker.bootstrap},
            timeout=TIMEOUT_S,
            check=False,
        )
        assert b"Traceback" not in result.stderr, result.stderr.decode()
        assert result.returncode == code, (arguments, result.stdout, result.stderr)
        return (
            result.stdout.decode(errors="surrogateescape") if code == 0 else result.stderr.decode()
        )

    return run


@pytest.fixture
def interruptible():
    """Let child processes hear Ctrl-C: whoever runs the tests in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def started(broker, interruptible):
    """Return a function that starts a command which runs until it is stopped."""
    processes = []

    def start(*arguments: str, **options: object):
        process = subprocess.Popen(
            [sys.executable, "-m", "ottla", *arguments],
            env=os.environ | {"OTTLA_BOOTSTRAP": broker.bootstrap},
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(BrokenPipeError):
                if stream is not None:
                    stream.close()


class TestTopics:
    """`ottla topics`."""

    def test_life_of_a_topic(self, ottla):
        """A topic is created, listed, described, altered and deleted."""
        assert ottla("topics", "list") == "TOPIC\tPARTITIONS\tREPLICAS\n"
        text = ottla(
            "topics", "create", "orders", "--partitions", "2", "--config", "retention.ms=60000"
        )
        assert text == "Created topic orders with 2 partitions\n"
        assert ottla("topics", "list") == "TOPIC\tPARTITIONS\tREPLICAS\norders\t2\t1\n"
        [topic] = json.loads(ottla("topics", "describe", "orders", "--json"))
        assert topic["configs"]["retention.ms"] == "60000"
        assert [partition["end_offset"] for partition in topic["partitions"]] == [0, 0]
        ottla("topics", "alter", "orders", "--partitions", "5", "--delete-config", "retention.ms")
        [topic] = json.loads(ottla("topics", "describe", "orders", "--json"))
        assert topic["partition_count"] == 5
        assert "retention.ms" not in topic["configs"]
        assert ottla("topics", "delete", "orders") == "Deleted topic orders\n"
        assert json.loads(ottla("topics", "list", "--json")) == []

    def test_mistakes(self, ottla):
        """Each mistake is one sentence that names the topic."""
        ottla("topics", "create", "t")
        assert "already" in ottla("topics", "create", "t", code=1)
        assert "already" in ottla("topics", "create", "t", "--if-not-exists")
        assert "'nope' does not exist" in ottla("topics", "describe", "nope", code=1)
        assert "'nope' does not exist" in ottla("topics", "delete", "nope", code=1)
        assert "does not exist" in ottla("topics", "delete", "nope", "--if-exists")
        assert "Say what to change" in ottla("topics", "alter", "t", code=2)
        assert "INVALID_TOPIC" in ottla("topics", "create", "a/b", code=1)
        assert "retention.ms" in ottla(
            "topics", "create", "u", "--config", "retention.ms=x", code=1
        )

    def test_internal_topics_are_hidden(self, ottla):
        """Only `--all` may show topics that the broker keeps for itself."""
        names = {topic["name"] for topic in json.loads(ottla("topics", "list", "--json"))}
        assert not [name for name in names if name.startswith("__")]


class TestProduceAndConsume:
    """`ottla produce` and `ottla consume`."""

    def test_lines_come_back_as_they_went(self, ottla):
        """Every byte of every line comes back, in order, from a topic made on the fly."""
        values = (bytes((n % 256, n * 7 % 256, n * 31 % 256)) for n in range(5000))
        lines = b"".join(value.replace(b"\n", b"") + b"\n" for value in values)
        lines += b"\n\xff\xfe\nlast line without end"
        ottla("produce", "bytes", stdin=lines)
        output = ottla("consume", "bytes", "--from-beginning")
        assert output.encode(errors="surrogateescape") == lines + b"\n"

    def test_compressions_and_acks(self, ottla):
        """Each codec and each level of acknowledgement delivers everything once."""
        lines = b"".join(b"line %d\n" % number for number in range(3000))
        codecs = [("--compression", name) for name in ("none", "gzip", "snappy", "lz4", "zstd")]
        for number, option in enumerate([*codecs, ("--acks", "0"), ("--acks", "1")]):
            topic = f"t{number}"
            summary = json.loads(ottla("produce", topic, *option, "--json", stdin=lines))
            assert summary["records"] == 3000
            assert ottla("consume", topic, "--from-beginning").encode() == lines

    def test_file_with_keys_and_headers(self, ottla, tmp_path):
        """Keys choose the partition, headers are on every record, JSON shows all of it."""
        file = tmp_path / "lines"
        file.write_text("".join(f"k{n % 5}|value {n}\n" for n in range(100)))
        ottla("topics", "create", "keyed", "--partitions", "4")
        options = ("--key-separator", "|", "--header", "source=file", "--header", "empty=")
        summary = json.loads(ottla("produce", "keyed", "--file", str(file), *options, "--json"))
        assert sum(partition["records"] for partition in summary["partitions"]) == 100
        output = ottla("consume", "keyed", "--from-beginning", "--json")
        records = [json.loads(line) for line in output.splitlines()]
        assert len(records) == 100
        partitions = {}
        for record in records:
            partitions.setdefault(record["key"], set()).add(record["partition"])
            assert record["headers"] == [
                {"name": "source", "value": "file"},
                {"name": "empty", "value": ""},
            ]
        assert all(len(numbers) == 1 for numbers in partitions.values())

    def test_where_to_start_and_stop(self, ottla):
        """Offsets from the front and from the end, one partition, a maximum."""
        ottla("topics", "create", "t", "--partitions", "2")
        for partition in ("0", "1"):
            lines = b"".join(b"p%s-%d\n" % (partition.encode(), n) for n in range(10))
            ottla("produce", "t", "--partition", partition, stdin=lines)
        assert ottla("consume", "t", "--partition", "1", "--offset", "8") == "p1-8\np1-9\n"
        assert ottla("consume", "t", "--partition", "0", "--offset", "-1") == "p0-9\n"
        assert sorted(ottla("consume", "t", "--offset", "-1").splitlines()) == ["p0-9", "p1-9"]
        assert len(ottla("consume", "t", "--from-beginning", "--max", "7").splitlines()) == 7
        assert ottla("consume", "t", "--partition", "0", "--offset", "10") == ""
        text = ottla("consume", "t", "--partition", "0", "--offset", "11", code=1)
        assert "t-0 has no offset 11: its records go from 0 to 10" in text
        assert "no partition 2" in ottla("consume", "t", "--partition", "2", code=1)

    def test_format(self, ottla):
        """A template shows what it names."""
        ottla("produce", "t", "--key-separator", ":", "--header", "h=1", stdin=b"k:v\n")
        template = r"{topic}/{partition}/{offset}\t{key}={value}\t{headers}"
        text = ottla("consume", "t", "--from-beginning", "--format", template)
        assert text == "t/0/0\tk=v\th=1\n"

    def test_mistakes(self, ottla, tmp_path):
        """Each mistake is one sentence."""
        assert "'nope' does not exist; create it" in ottla("consume", "nope", code=1)
        assert "line 1 has no key separator ':'" in ottla(
            "produce", "t", "--key-separator", ":", stdin=b"novalue\n", code=1
        )
        assert "no partition 7" in ottla("produce", "t", "--partition", "7", stdin=b"x\n", code=1)
        assert "cannot read" in ottla("produce", "t", "--file", str(tmp_path), code=1)

    def test_binary_values_in_json(self, ottla):
        """What is not text comes as base64."""
        ottla("produce", "t", stdin=b"\xff\x00\n")
        record = json.loads(ottla("consume", "t", "--from-beginning", "--json"))
        assert base64.b64decode(record["value_base64"]) == b"\xff\x00"

    def test_records_above_the_topics_limit(self, ottla):
        """Batches are cut to what the topic takes; a record that is too large is named."""
        ottla("topics", "create", "small", "--config", "max.message.bytes=1000")
        lines = b"".join(b"%0100d\n" % number for number in range(500))
        ottla("produce", "small", stdin=lines)
        assert ottla("consume", "small", "--from-beginning").encode() == lines
        text = ottla("produce", "small", stdin=b"x" * 5000 + b"\n", code=1)
        assert "MESSAGE_TOO_LARGE" in text
        assert "small" in text

    def test_follow_and_interrupt(self, ottla, started):
        """A follower prints what comes as it comes; Ctrl-C ends it quietly."""
        ottla("produce", "t", stdin=b"before\n")
        consumer = started("consume", "t", "--from-beginning", "--follow")
        assert consumer.stdout.readline() == b"before\n"
        ottla("produce", "t", stdin=b"after\n")
        assert consumer.stdout.readline() == b"after\n"
        consumer.send_signal(signal.SIGINT)
        assert consumer.wait(TIMEOUT_S) == 130
        assert consumer.stderr.read() == b""

    def test_waits_for_new_records_without_a_start(self, ottla, started):
        """Without a place to start from only new records are shown."""
        ottla("produce", "t", stdin=b"old\n")
        consumer = started("consume", "t", "--max", "1")
        deadline = time.monotonic() + TIMEOUT_S
        while consumer.poll() is None and time.monotonic() < deadline:
            ottla("produce", "t", stdin=b"new\n")
        assert consumer.wait(TIMEOUT_S) == 0
        assert consumer.stdout.read() == b"new\n"

    def test_lines_leave_as_they_are_typed(self, ottla, started):
        """A producer on an open pipe sends each line without waiting for the end."""
        ottla("topics", "create", "t")
        producer = started("produce", "t", stdin=subprocess.PIPE)
        for number in range(3):
            producer.stdin.write(b"line %d\n" % number)
            producer.stdin.flush()
            consumed = started("consume", "t", "--offset", str(number), "--follow", "--max", "1")
            assert consumed.stdout.readline() == b"line %d\n" % number
        producer.stdin.close()
        producer.stdin = None
        assert producer.wait(TIMEOUT_S) == 0

    def test_reader_that_goes_early(self, ottla, broker):
        """`ottla consume | head -1` is no failure."""
        ottla("produce", "t", stdin=b"line\n" * 200_000)
        command = f"{sys.executable} -m ottla consume t --from-beginning"
        result = subprocess.run(
            ["bash", "-o", "pipefail", "-c", f"{command} | head -1"],
            capture_output=True,
            env=os.environ | {"OTTLA_BOOTSTRAP": broker.bootstrap},
            timeout=TIMEOUT_S,
            check=False,
        )
        assert (result.returncode, result.stdout, result.stderr) == (0, b"line\n", b"")

    def test_broker_restarts_under_a_producer(self, ottla, started, broker):
        """A producer and a consumer live through a kill -9: every line once, in order."""
        ottla("topics", "create", "t")
        producer = started("produce", "t", stdin=subprocess.PIPE)
        consumer = started("consume", "t", "--from-beginning", "--follow", "--max", "400")
        for number in range(400):
            producer.stdin.write(b"%d\n" % number)
            producer.stdin.flush()
            if number == 0:
                assert consumer.stdout.readline() == b"0\n"
            if number == 200:
                broker.kill_and_restart()
        producer.stdin.close()
        producer.stdin = None
        assert producer.wait(TIMEOUT_S) == 0, producer.stderr.read()
        expected = b"".join(b"%d\n" % number for number in range(400))
        assert b"0\n" + consumer.stdout.read() == expected
        assert ottla("consume", "t", "--from-beginning").encode() == expected


class TestConfigsAndCluster:
    """`ottla configs` and `ottla cluster`."""

    def test_configs_of_a_topic(self, ottla):
        """Values are set, appended to lists, and go back to the default."""
        ottla("topics", "create", "t")
        ottla("configs", "alter", "topic", "t", "--set", "retention.ms=1000")
        text = ottla("configs", "describe", "topic", "t")
        assert text == "KEY\tVALUE\tSOURCE\nretention.ms\t1000\tthis topic\n"
        ottla("configs", "alter", "topic", "t", "--append", "cleanup.policy=compact")
        entries = json.loads(
            ottla("configs", "describe", "topic", "t", "--key", "cleanup.policy", "--json")
        )
        assert set(entries[0]["value"].split(",")) == {"delete", "compact"}
        ottla("configs", "alter", "topic", "t", "--delete", "retention.ms", "--dry-run")
        assert "retention.ms\t1000" in ottla("configs", "describe", "topic", "t")
        ottla("configs", "alter", "topic", "t", "--delete", "retention.ms")
        assert "retention.ms\t604800000" in ottla("configs", "describe", "topic", "t", "--all")

    def test_configs_of_brokers(self, ottla):
        """One broker's settings, and the defaults of all."""
        number = json.loads(ottla("cluster", "describe", "--json"))["brokers"][0]["id"]
        assert "listeners" in ottla("configs", "describe", "broker", str(number))
        ottla("configs", "alter", "broker", "--set", "log.retention.ms=5000")
        assert "log.retention.ms\t5000" in ottla("configs", "describe", "broker", str(number))

    def test_mistakes(self, ottla):
        """Each mistake is one sentence that names the key."""
        ottla("topics", "create", "t")
        assert "retention.ms" in ottla(
            "configs", "alter", "topic", "t", "--set", "retention.ms=soon", code=1
        )
        assert "Name the topic" in ottla("configs", "describe", "topic", code=2)
        assert "by its number" in ottla("configs", "describe", "broker", "x", code=2)
        assert "Say what to change" in ottla("configs", "alter", "topic", "t", code=2)

    def test_cluster(self, ottla, broker):
        """The broker is shown under the address that clients can use."""
        ottla("topics", "create", "t", "--partitions", "3")
        cluster = json.loads(ottla("cluster", "describe", "--json"))
        assert (cluster["topic_count"], cluster["partition_count"]) == (1, 3)
        [only] = cluster["brokers"]
        assert f"{only['host']}:{only['port']}" == broker.bootstrap
        assert only["leads"] == 3
        assert broker.bootstrap in ottla("cluster", "describe")


class TestLogDump:
    """`ottla log dump`."""

    def test_files_of_a_partition(self, ottla, broker):
        """Segment and records are shown, for people and as JSON lines."""
        ottla("produce", "t", "--key-separator", ":", stdin=b"k:v\nl:w\n")
        path = str(broker.data_dir / "t-0" / f"{0:020d}.log")
        assert "0-1\t2\t0\t" in ottla("log", "dump", path)
        assert "\tk\tv\t\n" in ottla("log", "dump", path, "--records")
        [row] = [
            json.loads(line)
            for line in ottla("log", "dump", path, "--records", "--json").splitlines()
        ]
        assert row["is_crc_valid"]
        assert [record["key"] for record in row["records"]] == ["k", "l"]

    def test_metadata_log_shows_its_records(self, ottla, broker):
        """The cluster's own log is shown as records with fields."""
        ottla("topics", "create", "visible")
        path = str(broker.data_dir / "__cluster_metadata-0" / f"{0:020d}.log")
        assert '"type": "TopicRecord", "name": "visible"' in ottla("log", "dump", path, "--records")

    def test_mistakes(self, ottla, broker, tmp_path):
        """Folders, missing and foreign files are named."""
        assert "is a folder" in ottla("log", "dump", str(broker.data_dir), code=1)
        assert "no such file" in ottla("log", "dump", str(tmp_path / "no.log"), code=1).lower()
        foreign = tmp_path / "foreign.txt"
        foreign.write_text("x")
        assert "foreign.txt" in ottla("log", "dump", str(foreign), code=1)


class TestTerminal:
    """What a person sees: run on a pseudo-terminal."""

    @pytest.fixture
    def on_terminal(self, broker):
        """Return a function that runs a command on a terminal and returns what it shows."""

        def run(*arguments: str) -> str:
            parent, child = pty.openpty()
            process = subprocess.Popen(
                [sys.executable, "-m", "ottla", *arguments],
                stdin=child,
                stdout=child,
                stderr=child,
                env=os.environ
                | {"OTTLA_BOOTSTRAP": broker.bootstrap, "TERM": "xterm", "COLUMNS": "100"},
            )
            os.close(child)
            shown = b""
            while select.select([parent], [], [], TIMEOUT_S)[0]:
                try:
                    data = os.read(parent, 65536)
                except OSError:  # the last one closed its end
                    break
                if not data:
                    break
                shown += data
            os.close(parent)
            process.wait(TIMEOUT_S)
            return shown.decode()

        return run

    def test_tables(self, ottla, on_terminal):
        """Lists are tables, confirmations have a mark, an empty list says what to do."""
        assert "There is no topic yet" in on_terminal("topics", "list")
        assert "✓" in on_terminal("topics", "create", "t")
        shown = on_terminal("topics", "list")
        assert "TOPIC" in shown
        assert "─" in shown

    def test_records_cannot_control_the_terminal(self, ottla, on_terminal):
        """Escape sequences inside records are shown, not obeyed."""
        ottla("produce", "t", "--key-separator", ":", stdin=b"k\x1b]0;x\x07:\x1b[2Jgone\n")
        for options in ((), ("--json",), ("--format", "{key} {value}")):
            shown = on_terminal("consume", "t", "--from-beginning", *options)
            assert "gone" in shown
            assert "\x1b[2J" not in shown
            assert "\x07" not in shown


class TestStart:
    """`ottla start` as users and scripts see it."""

    def test_second_broker_on_the_same_folder_or_port(self, broker, tmp_path):
        """Both are refused in one sentence with exit code 1."""
        for arguments in (
            ["--data-dir", str(broker.data_dir), "--listen", "127.0.0.1:0"],
            ["--data-dir", str(tmp_path / "other"), "--listen", broker.bootstrap],
        ):
            result = subprocess.run(
                [sys.executable, "-m", "ottla", "start", *arguments],
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=False,
            )
            assert result.returncode == 1
            assert result.stderr.startswith("ottla: ")
            assert result.stderr.count("\n") == 1

    def test_clean_stop_and_restart(self, ottla, broker):
        """SIGTERM ends with exit code 0, and everything is there afterwards."""
        ottla("produce", "t", stdin=b"kept\n")
        broker.restart()
        assert ottla("consume", "t", "--from-beginning") == "kept\n"

    def test_interrupt(self, broker):
        """Ctrl-C is a clean shutdown as well."""
        os.kill(broker.pid, signal.SIGINT)
        assert broker._reap() == 0

    def test_configuration_file(self, start_broker, tmp_path):
        """Kafka's own file is understood; an unknown key is a warning that names it."""
        file = tmp_path / "server.properties"
        file.write_text("num.partitions=3\nno.such.key=1\n")
        broker = start_broker("--config", str(file), "--node-id", "5")
        assert any("no.such.key" in line for line in broker.output)
        result = subprocess.run(
            [
                sys.executable,
                "-m",
                "ottla",
                "cluster",
                "describe",
                "--json",
                "--bootstrap",
                broker.bootstrap,
            ],
            capture_output=True,
            timeout=TIMEOUT_S,
            check=True,
        )
        assert json.loads(result.stdout)["brokers"][0]["id"] == 5
