# SPDX-License-Identifier: Apache-2.0
"""The engines on a real ZooKeeper and a real etcd: the conformance suite, and bad days.

A server is killed, frozen, or cut off while appends are under way; what was acknowledged is there
afterwards, once, in order, and nothing is that was refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools

import pytest
from tests.integration.engine_worlds import SESSION_MS, WORLDS
from tests.integration.tcp_proxy import TcpProxy
from tests.unit.metadata.engines.conformance import (
    CLAIMS,
    append,
    check,
    conformance_of,
    names_of,
    read_all,
    topics,
)
from tools.etcd import EtcdServer
from tools.loopback import free_ports
from tools.zookeeper import ZooKeeperEnsemble, ZooKeeperServer

from ottla.metadata.engines.cluster_url import open_engine, parse_cluster_url
from ottla.metadata.journal import ControllerFenced, EngineUnavailable, Snapshot, WrongCluster

SERVERS = {"zookeeper": ZooKeeperServer, "etcd": EtcdServer}
SESSION_S = SESSION_MS / 1000
PROGRAMS = {"zookeeper": "java", "etcd": "etcd"}


@pytest.fixture(scope="module")
def servers():
    """Return a function that starts the module's server of a kind once."""
    started = {}

    def start(scheme):
        if scheme not in started:
            started[scheme] = SERVERS[scheme]().start()
            WORLDS[scheme].address = started[scheme].address
        return started[scheme]

    yield start
    for server in started.values():
        server.close()


@pytest.fixture(params=["zookeeper", "etcd"])
def scheme(request):
    """Return which service this is about."""
    return request.param


@pytest.fixture
def server(scheme, servers):
    """Return a running server."""
    return servers(scheme)


@pytest.fixture
def world(scheme, server):
    """Return a new cluster on the server."""
    return WORLDS[scheme]()


@pytest.mark.parametrize("claim", CLAIMS)
def test_claims(world, claim):
    """Each directed claim of the suite holds."""
    check(claim, world)


@pytest.mark.timeout(300)
def test_conformance(scheme, server):
    """Whatever is done to two engines, the log is what the model says."""
    case = conformance_of(WORLDS[scheme], examples=12, steps=20)
    case("runTest").runTest()


class Writer:
    """A controller that appends without pause and notes what it was told."""

    def __init__(self, engine, epoch, start=0) -> None:
        self.engine = engine
        self.epoch = epoch
        self.offset = start
        self.acknowledged: list[str] = []
        self.refused: list[str] = []
        self.unknown: list[str] = []
        self.failure: Exception | None = None
        self.ended = asyncio.Event()
        self._progress = asyncio.Event()

    async def run(self, *, in_flight=5):
        """Append until one fails."""
        for number in itertools.count():
            first = self.offset
            names = [f"{self.epoch}-{number}-{n}" for n in range(in_flight)]
            outcomes = await asyncio.gather(
                *(append(self.engine, self.epoch, first + n, name) for n, name in enumerate(names)),
                return_exceptions=True,
            )
            for name, outcome in zip(names, outcomes, strict=True):
                if isinstance(outcome, int):
                    self.acknowledged.append(name)
                    self.offset = outcome
                elif isinstance(outcome, EngineUnavailable):
                    self.unknown.append(name)
                else:
                    self.refused.append(name)
            failures = [each for each in outcomes if isinstance(each, Exception)]
            self.failure = failures[0] if failures else None
            self._progress.set()
            if failures:
                self.ended.set()
                return

    async def wait_for(self, count):
        """Wait until so many more are acknowledged."""
        goal = len(self.acknowledged) + count
        while len(self.acknowledged) < goal and self.failure is None:
            self._progress.clear()
            await self._progress.wait()
        assert self.failure is None, self.failure


async def check_history(engine, *writers: Writer):
    """Compare the log with what the writers were told."""
    batches = await read_all(engine)
    offsets = [batch.base_offset for batch in batches]
    assert offsets == list(range(len(batches)))
    names = [record.name for batch in batches for record in batch.records]
    assert len(names) == len(set(names))
    for writer in writers:
        mine = [name for name in names if name.startswith(f"{writer.epoch}-")]
        assert mine[: len(writer.acknowledged)] == writer.acknowledged
        assert set(mine[len(writer.acknowledged) :]) <= set(writer.unknown)
        assert not set(names) & set(writer.refused)
    epochs = [batch.controller_epoch for batch in batches]
    assert epochs == sorted(epochs)


@contextlib.asynccontextmanager
async def writing(engine, epoch, start=0):
    """Run a writer in the background."""
    writer = Writer(engine, epoch, start)
    task = asyncio.ensure_future(writer.run())
    try:
        yield writer
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def run(scenario):
    """Run a scenario, within a minute."""
    asyncio.run(asyncio.wait_for(scenario, 60))


def test_a_killed_server_comes_back(world, server):
    """Everything acknowledged survives kill -9 of the server; the engine goes on by itself."""

    async def scenario():
        engine, reader = await world.open(), await world.open()
        epoch = await engine.campaign(1)
        async with writing(engine, epoch) as writer:
            await writer.wait_for(50)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            with contextlib.suppress(AssertionError):
                await writer.wait_for(1)  # unless the session ended meanwhile
        await engine.depose(epoch)
        epoch = await engine.campaign(1)
        await append(engine, epoch, await engine.end_offset(), "after")
        await reader.wait_beyond(await engine.end_offset() - 1)
        names = await names_of(reader)
        assert names[-1] == "after"
        assert [name for name in names if name in set(writer.acknowledged)] == writer.acknowledged
        await engine.close()
        await reader.close()

    run(scenario())


def test_a_frozen_server_is_waited_for(world, server):
    """A server that stops answering for less than a session holds appends up, no more."""

    async def scenario():
        engine = await world.open()
        epoch = await engine.campaign(1)
        async with writing(engine, epoch) as writer:
            await writer.wait_for(20)
            server.pause()
            try:
                await asyncio.sleep(SESSION_S / 4)
            finally:
                server.resume()
            await writer.wait_for(20)
        await engine.depose(epoch)
        await check_history(engine, writer)
        await engine.close()

    run(scenario())


def test_a_server_frozen_for_longer_ends_the_claim(world, server):
    """After a session's time without an answer the controller takes itself for deposed."""

    async def scenario():
        engine = await world.open()
        epoch = await engine.campaign(1)
        async with writing(engine, epoch) as writer:
            await writer.wait_for(20)
            server.pause()
            try:
                await asyncio.wait_for(engine.wait_deposed(epoch), 6 * SESSION_S)
                with pytest.raises(ControllerFenced):
                    await append(engine, epoch, writer.offset, "late")
            finally:
                server.resume()
            second = await engine.campaign(1)
            end = await engine.end_offset()
            await writer.ended.wait()
            assert isinstance(writer.failure, EngineUnavailable | ControllerFenced)
        async with writing(engine, second, end) as again:
            await again.wait_for(20)
        await engine.depose(second)
        await check_history(engine, writer, again)
        await engine.close()

    run(scenario())


@pytest.mark.parametrize("harm", ["cut", "hold"])
def test_a_connection_lost_in_the_middle_of_appends(world, server, harm):
    """Appends whose answers were lost are settled: each is in once, and acknowledged."""

    async def scenario():
        proxy = await TcpProxy(server.port).start()
        engine = await world.open(f"127.0.0.1:{proxy.port}")
        epoch = await engine.campaign(1)
        async with writing(engine, epoch) as writer:
            for _ in range(6):
                await writer.wait_for(10)
                if harm == "hold":
                    proxy.hold()
                    await asyncio.sleep(0.03)
                proxy.cut()
                await asyncio.sleep(0.05)
                proxy.restore()
            await writer.wait_for(10)
        await engine.depose(epoch)
        await check_history(engine, writer)
        await engine.close()
        await proxy.close()

    run(scenario())


def test_a_controller_that_is_cut_off_is_replaced(world, server):
    """Another broker takes over after the session's time; the old one cannot write any more."""

    async def scenario():
        proxy = await TcpProxy(server.port).start()
        first = await world.open(f"127.0.0.1:{proxy.port}")
        second = await world.open()
        epoch = await first.campaign(1)
        follows = asyncio.ensure_future(second.campaign(2))
        async with writing(first, epoch) as old:
            await old.wait_for(20)
            assert not follows.done()
            proxy.cut()
            await asyncio.wait_for(first.wait_deposed(epoch), 4 * SESSION_S)
            new = await asyncio.wait_for(follows, 4 * SESSION_S)
            await old.ended.wait()
        async with writing(second, new, await second.end_offset()) as writer:
            await writer.wait_for(20)
            proxy.restore()
            with pytest.raises(ControllerFenced):
                await append(first, epoch, await first.end_offset(), "late")
            await writer.wait_for(20)
        await second.depose(new)
        await check_history(first, old, writer)
        await first.close()
        await second.close()
        await proxy.close()

    run(scenario())


def test_a_lost_cluster_is_restored_from_a_copy(world):
    """An empty service takes over what a broker has kept, and the journal goes on behind it."""

    async def scenario():
        copy = Snapshot(100, 7, 1, tuple(topics("kept")))
        url = parse_cluster_url(f"{world.scheme}://{world.address}{world.root}")
        engine = open_engine(url)
        await engine.restore("old", copy)
        assert await engine.join("new") == "old"
        assert await engine.load_snapshot() == copy
        epoch = await engine.campaign(1)
        await append(engine, epoch, 100, "next")
        assert await names_of(engine, 100) == ["next"]
        with pytest.raises(WrongCluster):
            await engine.restore("old", copy)
        await engine.close()

    run(scenario())


@pytest.mark.parametrize("position", [0, 1])
def test_a_server_that_is_gone_is_passed_over(world, position):
    """One of several addresses is enough, wherever it stands."""

    async def scenario():
        addresses = [f"127.0.0.1:{free_ports(1)[0]}"]
        addresses.insert(position, world.address)
        engine = await world.open(",".join(addresses))
        epoch = await engine.campaign(1)
        assert await append(engine, epoch, 0, "a") == 1
        await engine.close()

    run(scenario())


def test_an_unreachable_service_is_named(scheme):
    """The text says who cannot be reached, and why."""

    async def scenario():
        (port,) = free_ports(1)
        world = WORLDS[scheme]()
        with pytest.raises(
            EngineUnavailable, match=f"{port} has not been of use for 1 s: .*(refused|failed)"
        ):
            await world.open(f"127.0.0.1:{port}", **{"session-timeout-ms": "1000"})

    run(scenario())


def test_an_ensemble_that_loses_its_leader_goes_on():
    """Appends wait for the election of ZooKeeper's own leader, in the same session, and go on."""

    async def scenario(ensemble):
        world = WORLDS["zookeeper"]()
        engine = await world.open(ensemble.address, **{"session-timeout-ms": "6000"})
        reader = await world.open(ensemble.address, **{"session-timeout-ms": "6000"})
        epoch = await engine.campaign(1)
        async with writing(engine, epoch) as writer:
            await writer.wait_for(50)
            leaders = [server for server in ensemble.servers if server.is_leader()]
            for leader in leaders:
                await asyncio.to_thread(leader.kill)
            await writer.wait_for(50)
        assert len(leaders) == 1
        await engine.depose(epoch)
        await check_history(reader, writer)
        await engine.close()
        await reader.close()

    with ZooKeeperEnsemble(3) as ensemble:
        run(scenario(ensemble))


def test_an_etcd_without_room_ends_the_term():
    """It answers, but takes nothing: the append says so, and nothing is lost."""

    async def scenario(server):
        engine = open_engine(
            parse_cluster_url(f"etcd://{server.address}/full?session-timeout-ms=2000")
        )
        await engine.join("c")
        epoch = await engine.campaign(1)
        names = []

        async def fill():
            for offset in range(200):
                name = f"{offset:0200000d}"
                await append(engine, epoch, offset, name)
                names.append(name)

        with pytest.raises(EngineUnavailable, match="space"):
            await fill()
        with pytest.raises(ControllerFenced):
            await append(engine, epoch, len(names), "more")
        assert names
        assert await names_of(engine) == names
        await engine.close()

    with EtcdServer(quota_bytes=8 << 20) as server:
        run(scenario(server))
