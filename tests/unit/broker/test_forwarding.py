# SPDX-License-Identifier: Apache-2.0
"""Requests that only the controller can carry out, on their way to it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from tests.unit.broker.cluster_bench import LoopClock, run

from ottla.broker.forwarding import Forwarding
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.envelope import EnvelopeResponse

TIMEOUT_S = 30


class Bench:
    """A broker whose controller answers as the test says."""

    def __init__(self, *outcomes: object) -> None:
        self.outcomes = list(outcomes)
        self.asked = []
        self.services = SimpleNamespace(
            clock=LoopClock(),
            config=SimpleNamespace(request_timeout_ms=TIMEOUT_S * 1000),
            controller=SimpleNamespace(is_clustered=True, active=None, ask=self.ask),
        )
        self.forwarding = Forwarding(self.services)

    async def ask(self, request, response_class):
        """Be the way to the controller."""
        await asyncio.sleep(0.001)
        self.asked.append(request)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def forward(self, host="192.0.2.7"):
        """Pass a request on."""
        return run(self.forwarding.forward(b"request", host))


def test_who_needs_it():
    """A broker of a cluster that does not decide itself."""
    bench = Bench(None)
    assert bench.forwarding.is_needed
    bench.services.controller.active = object()
    assert not bench.forwarding.is_needed
    bench.services.controller.active = None
    bench.services.controller.is_clustered = False
    assert not bench.forwarding.is_needed


@pytest.mark.parametrize(
    ("host", "packed"),
    [
        ("192.0.2.7", bytes((192, 0, 2, 7))),
        ("2001:db8::1", bytes.fromhex("20010db8000000000000000000000001")),
        ("not an address", b""),
    ],
)
def test_the_request_travels_as_it_came(host, packed):
    """With the address of the client, as far as there is one."""
    bench = Bench(EnvelopeResponse(response_data=b"answer"))
    assert bench.forward(host) == b"answer"
    (envelope,) = bench.asked
    assert bytes(envelope.request_data) == b"request"
    assert bytes(envelope.client_host_address) == packed


@pytest.mark.parametrize(
    "nobody",
    [
        ApiError(ErrorCode.NOT_CONTROLLER),
        EnvelopeResponse(error_code=ErrorCode.NOT_CONTROLLER),
    ],
)
def test_the_next_controller_is_waited_for(nobody):
    """While nobody decides, or somebody else by now, it is asked again."""
    bench = Bench(*[nobody] * 10, EnvelopeResponse(response_data=b"answer"))
    assert bench.forward() == b"answer"
    assert len(bench.asked) == 11


def test_waiting_has_an_end():
    """The time of a request: then NOT_CONTROLLER, and the client tries again."""
    bench = Bench(ApiError(ErrorCode.NOT_CONTROLLER))

    async def scenario():
        began = asyncio.get_running_loop().time()
        with pytest.raises(ApiError) as caught:
            await bench.forwarding.forward(b"request", "")
        assert caught.value.code == ErrorCode.NOT_CONTROLLER
        return asyncio.get_running_loop().time() - began

    assert run(scenario()) == pytest.approx(TIMEOUT_S, abs=1)


@pytest.mark.parametrize(
    "outcome",
    [
        ApiError(ErrorCode.REQUEST_TIMED_OUT),
        EnvelopeResponse(error_code=ErrorCode.INVALID_REQUEST),
    ],
)
def test_what_may_have_been_done_is_not_asked_again(outcome):
    """A second try could do it twice: the client decides."""
    bench = Bench(outcome)
    with pytest.raises(ApiError) as caught:
        bench.forward()
    assert caught.value.code != ErrorCode.NOT_CONTROLLER
    assert len(bench.asked) == 1
