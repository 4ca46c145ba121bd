# SPDX-License-Identifier: Apache-2.0
"""A broker inside a test: starts, forgets, dies, comes back, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading

import pytest
from tests.integration.client_library.reading import values

from ottla import Admin, Producer, aio, testing
from ottla.base.errors import ConfigError
from ottla.testing import Broker, Cluster


def test_it_runs_from_construction_to_close():
    """Neither its thread nor its files outlive it."""
    threads = set(threading.enumerate())
    broker = Broker()
    folder = broker._folder.name
    with Producer(broker.bootstrap_servers) as producer:
        producer.send("t", "x").result(30)
    assert values(broker) == [b"x"]
    broker.close()
    broker.close()
    assert set(threading.enumerate()) == threads
    assert not os.path.exists(folder)


def test_reset_forgets_and_kill_does_not():
    """The address stays the same in both cases."""
    with Broker() as broker:
        address = broker.bootstrap_servers
        with Producer(address) as producer:
            producer.send("t", "x").result(30)
        broker.kill()
        broker.restart()
        assert values(broker) == [b"x"]
        broker.reset()
        assert values(broker) == []
        assert broker.bootstrap_servers == address


def test_a_wrong_setting_is_named():
    """And nothing stays behind."""
    threads = set(threading.enumerate())
    with pytest.raises(ConfigError, match=r"num\.partitions"):
        Broker({"num.partitions": "many"})
    assert set(threading.enumerate()) == threads


def test_a_loop_goes_on_while_a_broker_starts():
    """Neither the start nor the end blocks it; what needs the broker waits for it."""
    threads = set(threading.enumerate())

    async def scenario():
        turns = 0

        async def count():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        async with Broker() as broker:
            turns_of_start = turns
            async with aio.Producer(broker.bootstrap_servers) as producer:
                await (await producer.send("t", "x"))
            assert await asyncio.to_thread(values, broker) == [b"x"]
            turns = 0
        assert turns > 10
        assert turns_of_start > 10
        counting.cancel()
        with pytest.raises(ConfigError, match=r"num\.partitions"):
            async with Broker({"num.partitions": "many"}):
                pass
        never_entered = Broker()
        assert never_entered.bootstrap_servers.rpartition(":")[2] != "0"
        never_entered.close()

    asyncio.run(scenario())
    assert set(threading.enumerate()) == threads


def test_a_cluster_forgets_too():
    """The addresses stay the same, and killed brokers are back."""
    with Cluster(brokers=2) as cluster:
        addresses = cluster.bootstrap_servers
        with Admin(addresses) as admin:
            admin.create_topic("t", replication_factor=2)
        cluster.kill(1)
        cluster.reset()
        assert cluster.bootstrap_servers == addresses
        with Admin(addresses) as admin:
            assert len(admin.describe_cluster().brokers) == 2
            assert [topic for topic in admin.list_topics() if not topic.is_internal] == []


def test_a_process_that_forgets_it_ends_all_the_same():
    """The thread is a daemon, and the interpreter removes the files."""
    program = "from ottla.testing import Broker; b = Broker(); print(b._folder.name)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert not os.path.exists(done.stdout.strip())


def test_unknown_names():
    """The module says what it does not have."""
    with pytest.raises(AttributeError, match="has no attribute 'Brokers'"):
        _ = testing.Brokers


def test_a_producer_goes_on_after_a_reset():
    """A service may keep its clients over many tests: the topic is made again for it."""
    with Broker() as broker, Producer(broker.bootstrap_servers) as producer:
        producer.send("orders", "one").result(30)
        broker.reset()
        assert producer.send("orders", "two").result(30).offset == 0
        assert [record.value for record in broker.records("orders")] == [b"two"]
