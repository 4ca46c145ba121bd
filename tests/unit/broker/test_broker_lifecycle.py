# SPDX-License-Identifier: Apache-2.0
"""A broker and its controller: into service, out of it, and when the controller dies."""

from __future__ import annotations

import asyncio
import math
from types import SimpleNamespace

import pytest
from tests.unit.broker.cluster_bench import CLUSTER_ID, Peers, facts_of, run, until

from ottla.broker.broker_lifecycle import ELECTION_PATIENCE_S, SILENCE_RATIO, BrokerLifecycle
from ottla.controller.features import SUPPORTED_FEATURES
from ottla.metadata.image import BrokerEndpoint, ControllerImage
from ottla.metadata.journal import EngineUnavailable
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatResponse
from ottla.protocol.messages.broker_registration import BrokerRegistrationResponse

HEARTBEAT_S, SESSION_S = 0.5, 3.0
OTHER = ControllerImage(2, b"2" * 16, (BrokerEndpoint("PLAINTEXT", "host2", 9092, 0),))


class Gateway:
    """A controller that answers as the test says."""

    def __init__(self) -> None:
        self.config = SimpleNamespace(
            broker_heartbeat_interval_ms=int(HEARTBEAT_S * 1000),
            broker_session_timeout_ms=int(SESSION_S * 1000),
            metadata_max_idle_interval_ms=500,
        )
        self.image = SimpleNamespace(
            offset=50, controller=OTHER, controller_epoch=4, brokers={}, features={}
        )
        self.log = SimpleNamespace(engine=self, wait_changed=self.wait_changed, grown_s=math.inf)
        self.registrations: list[object] = []
        self.heartbeats: list[object] = []
        self.register_outcomes: list[object] = []
        """Of the next registrations; the last one stays."""
        self.heartbeat_error: ApiError | None = None
        self.is_fenced = False
        self.may_stop = False
        self.deposed: list[int] = []
        self.is_own_door = False
        self.engine_is_silent = False

    async def register(self, request):
        """Answer a registration."""
        await asyncio.sleep(0.001)
        self.registrations.append(request)
        outcomes = self.register_outcomes
        outcome = outcomes.pop(0) if len(outcomes) > 1 else outcomes[0] if outcomes else 7
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, ErrorCode):
            return BrokerRegistrationResponse(error_code=outcome)
        return BrokerRegistrationResponse(broker_epoch=outcome)

    async def heartbeat(self, request):
        """Answer a heartbeat."""
        await asyncio.sleep(0.001)
        self.heartbeats.append(request)
        if self.heartbeat_error is not None:
            raise self.heartbeat_error
        return BrokerHeartbeatResponse(
            is_fenced=self.is_fenced or request.want_fence,
            should_shut_down=self.may_stop and request.want_shut_down,
        )

    async def depose(self, epoch):
        """Note whom the broker deposes."""
        if self.engine_is_silent:
            raise EngineUnavailable("silent")
        self.deposed.append(epoch)

    async def wait_changed(self, timeout_s):
        """Elect nobody."""
        await asyncio.sleep(timeout_s)

    def is_at_this_address(self, known):
        """Whether the controller was at this broker's door."""
        return self.is_own_door


class Bench:
    """One broker's lifecycle."""

    def __init__(self, *, previous=-1) -> None:
        self.gateway = Gateway()
        self.peers = Peers()
        self.peers.image = lambda: self.gateway.image
        self.failures: list[Exception] = []
        self.noted: list[int] = []
        self.lifecycle = BrokerLifecycle(
            gateway=self.gateway,
            peers=self.peers,
            facts=facts_of(1),
            cluster_id=CLUSTER_ID,
            previous_broker_epoch=previous,
            on_registered=self.noted.append,
            failed=self.failures.append,
        )


@pytest.fixture
def bench():
    """Return a lifecycle that has not started."""
    return Bench()


def test_a_registration_says_who_this_is():
    """Cluster, incarnation, addresses, features, and the epoch to which a clean stop testified."""

    async def scenario():
        bench = Bench(previous=33)
        assert bench.lifecycle.clean_epoch == 33
        bench.lifecycle.start()
        await bench.lifecycle.registered.wait()
        (asked,) = bench.gateway.registrations
        assert (asked.broker_id, asked.cluster_id, asked.previous_broker_epoch) == (
            1,
            CLUSTER_ID,
            33,
        )
        assert [(e.name, e.host, e.port) for e in asked.listeners] == [("PLAINTEXT", "host1", 9092)]
        assert {f.name for f in asked.features} == set(SUPPORTED_FEATURES)
        assert bench.lifecycle.broker_epoch == bench.lifecycle.clean_epoch == 7
        assert bench.noted == [7]

    run(scenario())


def test_it_stays_fenced_until_its_logs_are_open(bench):
    """Then it asks at once, and beats on."""

    async def scenario():
        bench.lifecycle.start()
        await asyncio.sleep(5)
        assert not bench.lifecycle.in_service.is_set()
        assert all(beat.want_fence for beat in bench.gateway.heartbeats)
        bench.lifecycle.open_for_service()
        await asyncio.sleep(0.01)
        assert bench.lifecycle.in_service.is_set()
        before = len(bench.gateway.heartbeats)
        await asyncio.sleep(10)
        assert len(bench.gateway.heartbeats) - before == pytest.approx(10 / HEARTBEAT_S, abs=1)
        last = bench.gateway.heartbeats[-1]
        assert (last.broker_epoch, last.current_metadata_offset) == (7, 50)

    run(scenario())


def test_it_follows_when_the_controller_fences_it(bench):
    """And asks more often until it is back."""

    async def scenario():
        bench.lifecycle.open_for_service()
        bench.lifecycle.start()
        await bench.lifecycle.in_service.wait()
        bench.gateway.is_fenced = True
        await until(lambda: not bench.lifecycle.in_service.is_set())
        bench.gateway.is_fenced = False
        began = asyncio.get_running_loop().time()
        await bench.lifecycle.in_service.wait()
        assert asyncio.get_running_loop().time() - began < HEARTBEAT_S

    run(scenario())


@pytest.mark.parametrize("code", [ErrorCode.STALE_BROKER_EPOCH, ErrorCode.BROKER_ID_NOT_REGISTERED])
def test_whoever_is_unknown_registers_again(bench, code):
    """The controller has forgotten it: with the new epoch it comes into service."""

    async def scenario():
        bench.gateway.register_outcomes = [7, 9]
        bench.lifecycle.open_for_service()
        bench.lifecycle.start()
        await bench.lifecycle.in_service.wait()
        bench.gateway.heartbeat_error = ApiError(code)
        await until(lambda: len(bench.gateway.registrations) == 2)
        bench.gateway.heartbeat_error = None
        await bench.lifecycle.in_service.wait()
        assert bench.lifecycle.broker_epoch == 9

    run(scenario())


def test_a_controller_that_is_not_there_is_waited_for(bench, caplog):
    """Silently for a moment, as long as an election takes; one line in the log from then on."""

    def lines():
        return len([r for r in caplog.records if "not registered yet" in r.getMessage()])

    async def scenario():
        error = ApiError(ErrorCode.NOT_CONTROLLER, "nobody")
        bench.gateway.register_outcomes = [*[error] * 400, 7]
        bench.lifecycle.start()
        await asyncio.sleep(ELECTION_PATIENCE_S - 0.1)
        assert lines() == 0
        await bench.lifecycle.registered.wait()
        assert lines() == 1

    run(scenario())


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (ApiError(ErrorCode.INCONSISTENT_CLUSTER_ID), "belongs to cluster"),
        (ApiError(ErrorCode.UNSUPPORTED_VERSION), "does not know: start a version that does"),
        (ErrorCode.INVALID_REGISTRATION, "refuses broker 1"),
    ],
)
def test_a_refusal_for_good_ends_the_broker(bench, outcome, text):
    """One clear sentence, and not a second try."""

    async def scenario():
        bench.gateway.image.features = {"metadata.version": 99}
        bench.gateway.register_outcomes = [outcome]
        bench.lifecycle.start()
        await asyncio.sleep(60)
        assert len(bench.gateway.registrations) == 1
        (failure,) = bench.failures
        assert text in str(failure)

    run(scenario())


def test_a_number_that_is_taken_is_tried_for_two_sessions(bench):
    """The other may be this broker's own past; then it is a mistake, and says how to mend it."""

    async def scenario():
        bench.gateway.register_outcomes = [ApiError(ErrorCode.DUPLICATE_BROKER_REGISTRATION)]
        bench.gateway.image.brokers = {
            1: SimpleNamespace(endpoints=(BrokerEndpoint("PLAINTEXT", "other", 1234, 0),))
        }
        bench.lifecycle.start()
        await asyncio.sleep(2 * SESSION_S - 0.2)
        assert bench.failures == []
        await until(lambda: bench.failures, timeout_s=1)
        assert "other:1234" in str(bench.failures[0])
        assert "--node-id" in str(bench.failures[0])

    run(scenario())


def test_a_number_that_is_free_after_a_while_is_taken(bench):
    """A dead broker's session ends."""

    async def scenario():
        taken = ApiError(ErrorCode.DUPLICATE_BROKER_REGISTRATION)
        bench.gateway.register_outcomes = [*[taken] * 10, 7]
        bench.lifecycle.start()
        await bench.lifecycle.registered.wait()
        assert bench.failures == []

    run(scenario())


# when the controller dies


def test_a_controller_whose_door_is_closed_is_deposed(bench):
    """Its process is gone: another one is elected without waiting for its session to end."""

    async def scenario():
        bench.lifecycle.open_for_service()
        bench.lifecycle.start()
        await bench.lifecycle.in_service.wait()
        bench.peers.gone.add("host2")
        bench.gateway.heartbeat_error = ApiError(ErrorCode.NOT_CONTROLLER)
        await until(lambda: bench.gateway.deposed)
        assert bench.gateway.deposed == [4]

    run(scenario())


def test_a_silent_controller_is_not_deposed(bench):
    """A silent host proves nothing; the engine's session decides."""

    async def scenario():
        bench.lifecycle.start()
        bench.gateway.heartbeat_error = ApiError(ErrorCode.REQUEST_TIMED_OUT)
        await asyncio.sleep(10)
        assert bench.gateway.deposed == []
        assert "host2" in bench.peers.knocks

    run(scenario())


def test_a_controller_that_writes_nothing_either_is_deposed(bench):
    """It is frozen: neither a heartbeat is answered nor does the journal grow."""

    async def scenario():
        bench.lifecycle.start()
        loop = asyncio.get_running_loop()
        began = bench.gateway.log.grown_s = loop.time()
        bench.gateway.heartbeat_error = ApiError(ErrorCode.REQUEST_TIMED_OUT)
        await until(lambda: bench.gateway.deposed)
        assert SESSION_S * SILENCE_RATIO <= loop.time() - began < SESSION_S
        assert bench.gateway.deposed[0] == 4

    run(scenario())


def test_a_controller_that_hangs_is_as_silent_as_one_that_refuses(bench):
    """A heartbeat has a third of a session to be answered."""

    async def scenario():
        async def hang(request):
            await asyncio.sleep(1000)

        bench.gateway.heartbeat = hang
        bench.gateway.log.grown_s = asyncio.get_running_loop().time()
        bench.lifecycle.start()
        await until(lambda: bench.gateway.deposed, timeout_s=2 * SESSION_S)

    run(scenario())


@pytest.mark.parametrize("interval_ms", [0, 10_000])
def test_a_controller_that_may_be_silent_is_not_deposed_for_it(bench, interval_ms):
    """metadata.max.idle.interval.ms says how long nothing need be written; 0 is for ever."""

    async def scenario():
        bench.gateway.config.metadata_max_idle_interval_ms = interval_ms
        bench.gateway.log.grown_s = 0.0
        bench.lifecycle.start()
        bench.gateway.heartbeat_error = ApiError(ErrorCode.REQUEST_TIMED_OUT)
        await asyncio.sleep(3 * SESSION_S)
        assert bench.gateway.deposed == []

    run(scenario())


def test_an_epoch_that_has_passed_is_not_deposed(bench):
    """Another controller was elected while this broker knocked."""

    async def scenario():
        bench.lifecycle.start()
        bench.peers.gone.add("host2")
        bench.gateway.heartbeat_error = ApiError(ErrorCode.NOT_CONTROLLER)
        is_gone = bench.peers.is_gone

        async def elected_meanwhile(address):
            outcome = await is_gone(address)
            bench.gateway.image.controller_epoch += 1
            return outcome

        bench.peers.is_gone = elected_meanwhile
        await asyncio.sleep(10)
        assert bench.gateway.deposed == []

    run(scenario())


def test_a_controller_of_the_past_at_the_own_door_is_deposed(bench):
    """After a restart: the controller of the journal was the own last process."""

    async def scenario():
        bench.gateway.is_own_door = True
        bench.lifecycle.start()
        bench.gateway.heartbeat_error = ApiError(ErrorCode.NOT_CONTROLLER)
        await until(lambda: bench.gateway.deposed)
        assert bench.peers.knocks == []

    run(scenario())


@pytest.mark.parametrize("case", ["none", "own", "silent engine"])
def test_nobody_is_deposed_without_reason(bench, case):
    """No controller is known, this broker is it, or the engine does not answer."""

    async def scenario():
        if case == "none":
            bench.gateway.image.controller = None
        elif case == "own":
            bench.gateway.image.controller = OTHER._replace(
                incarnation_id=facts_of(1).incarnation_id
            )
        else:
            bench.gateway.engine_is_silent = True
            bench.peers.gone.add("host2")
        bench.lifecycle.start()
        bench.gateway.heartbeat_error = ApiError(ErrorCode.NOT_CONTROLLER)
        await asyncio.sleep(10)
        assert bench.gateway.deposed == []
        assert bench.failures == []
        assert len(bench.gateway.heartbeats) > 5

    run(scenario())


# leaving


def test_shutting_down_hands_over_first(bench):
    """It asks until the controller says that nothing depends on this broker any more."""

    async def scenario():
        bench.lifecycle.open_for_service()
        bench.lifecycle.start()
        await bench.lifecycle.in_service.wait()
        leaving = asyncio.ensure_future(bench.lifecycle.shut_down(30))
        await asyncio.sleep(2)
        assert not leaving.done()
        assert bench.gateway.heartbeats[-1].want_shut_down
        bench.gateway.may_stop = True
        assert await leaving
        await bench.lifecycle.stop()
        before = len(bench.gateway.heartbeats)
        await asyncio.sleep(5)
        assert len(bench.gateway.heartbeats) == before

    run(scenario())


def test_shutting_down_has_its_time(bench):
    """Nobody takes over: the broker leaves all the same, and says so."""

    async def scenario():
        bench.lifecycle.start()
        await bench.lifecycle.registered.wait()
        assert not await bench.lifecycle.shut_down(5)

    run(scenario())


def test_whoever_is_not_registered_leaves_at_once(bench):
    """There is nothing to hand over."""

    async def scenario():
        assert await bench.lifecycle.shut_down(5)
        bench.gateway.register_outcomes = [ApiError(ErrorCode.NOT_CONTROLLER)]
        bench.lifecycle.start()
        await asyncio.sleep(1)
        assert await bench.lifecycle.shut_down(5)
        await bench.lifecycle.stop()

    run(scenario())
