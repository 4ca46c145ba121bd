# SPDX-License-Identifier: Apache-2.0
"""The pytest plugin in runs of its own, as users have them, whether Ottla is installed or not."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

BY_NAME = ("-p", "no:ottla", "-p", "ottla.testing.pytest_plugin")
"""Not by the entry point, which would register the same module a second time."""


@pytest.fixture
def run(pytester):
    """Return a function that runs a test file with the plugin and returns the result."""

    def run_file(text, *options: str):
        pytester.makepyfile(text)
        quiet = ("-W", "error", "-p", "no:asyncio")  # that one warns of its own settings
        return pytester.runpytest_subprocess(*BY_NAME, *quiet, *options)

    return run_file


def test_each_test_begins_with_an_empty_broker(run):
    """At the same address, whatever the test before did to it."""
    result = run(
        """
        import pytest
        from ottla import Admin, Consumer, Producer

        addresses = set()

        @pytest.mark.parametrize("number", range(3))
        def test_broker(ottla_broker, number):
            addresses.add(ottla_broker.bootstrap_servers)
            assert len(addresses) == 1
            with Admin(ottla_broker.bootstrap_servers) as admin:
                assert [t for t in admin.list_topics() if not t.is_internal] == []
                assert admin.list_groups() == []
                admin.create_topic("orders")
                admin.alter_group_offsets("kitchen", {("orders", 0): 0})
            if number == 1:
                ottla_broker.kill()

        def test_topic(ottla_broker, ottla_topic):
            with Producer(ottla_broker.bootstrap_servers) as producer:
                assert producer.partitions_for(ottla_topic) == 1
                producer.send(ottla_topic, "x").result(10)
            with Consumer(
                ottla_topic,
                bootstrap_servers=ottla_broker.bootstrap_servers,
                from_beginning=True,
                stop_at_end=True,
            ) as consumer:
                assert [record.value for record in consumer] == [b"x"]
        """
    )
    result.assert_outcomes(passed=4)


def test_each_test_begins_with_an_empty_cluster(run):
    """Of three brokers that run, even if a test killed one."""
    result = run(
        """
        import pytest
        from ottla import Admin

        @pytest.mark.parametrize("number", range(2))
        def test_cluster(ottla_cluster, number):
            with Admin(ottla_cluster.bootstrap_servers) as admin:
                assert len(admin.describe_cluster().brokers) == 3
                assert [t for t in admin.list_topics() if not t.is_internal] == []
                admin.create_topic("orders", partitions=6, replication_factor=3)
            ottla_cluster.kill(1)
        """
    )
    result.assert_outcomes(passed=2)


def test_settings_can_be_overridden(run):
    """By a fixture of the same name."""
    result = run(
        """
        import pytest
        from ottla import Producer

        @pytest.fixture(scope="session")
        def ottla_settings():
            return {"num.partitions": "5"}

        def test_settings(ottla_broker):
            with Producer(ottla_broker.bootstrap_servers) as producer:
                assert producer.partitions_for("orders") == 5
        """
    )
    result.assert_outcomes(passed=1)


def test_workers_of_xdist_share_nothing(run):
    """Each has a broker of its own: both are in the middle of a test at the same time."""
    result = run(
        """
        import pathlib, time
        import pytest
        from ottla import Admin

        @pytest.mark.parametrize("number", range(2))
        def test_worker(ottla_broker, number, testrun_uid):
            folder = pathlib.Path(__file__).parent / testrun_uid
            folder.mkdir(exist_ok=True)
            (folder / ottla_broker.bootstrap_servers).touch()
            with Admin(ottla_broker.bootstrap_servers) as admin:
                admin.create_topic(f"topic-{number}")
                deadline = time.monotonic() + 30
                while len(list(folder.iterdir())) < 2:
                    assert time.monotonic() < deadline, "the other worker has the same broker"
                    time.sleep(0.02)
                names = [t.name for t in admin.list_topics() if not t.is_internal]
                assert names == [f"topic-{number}"]
        """,
        "-n",
        "2",
    )
    result.assert_outcomes(passed=2)


def test_nothing_of_ottla_is_loaded_before_it_is_used():
    """Every run of pytest loads the plugin where Ottla is installed."""
    program = (
        "import sys, pytest; before = set(sys.modules); import ottla.testing.pytest_plugin;"
        "print(*sorted(name for name in set(sys.modules) - before if '.' in name))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    ours = [name for name in done.stdout.split() if name.startswith("ottla")]
    assert ours == [
        "ottla.base", "ottla.base.version", "ottla.testing", "ottla.testing.pytest_plugin",
    ]  # fmt: skip
    assert "asyncio" not in done.stdout
