# SPDX-License-Identifier: Apache-2.0
"""Finding coordinators, and asking until each key has an answer."""

from __future__ import annotations

import pytest

from ottla.client.coordinators import (
    CoordinatorType,
    ask_coordinators,
    ask_every_broker,
    find_coordinators,
)
from ottla.client.errors import ConnectionLostError
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.find_coordinator import (
    Coordinator,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
)

GROUP = CoordinatorType.GROUP


@pytest.fixture
def fake(network):
    """Two brokers; the second coordinates `b`."""
    cluster = network.cluster(2)
    cluster.coordinators["b"] = 2
    return cluster


def refusal(code, version):
    """Return an answer that names no coordinator for `a`."""
    if version < 4:
        return FindCoordinatorResponse(error_code=code, error_message=None, node_id=-1)
    refused = Coordinator(key="a", node_id=-1, error_code=code, error_message=None)
    return FindCoordinatorResponse(coordinators=[refused])


@pytest.mark.parametrize(("highest", "request_count"), [(6, 1), (3, 2), (1, 2)])
def test_find_coordinators(fake, ask, highest, request_count):
    """Newer brokers are asked once, older ones once for each key; both answers are the same."""
    fake.versions[int(ApiKey.FIND_COORDINATOR)] = (0, highest)
    found = ask(find_coordinators, CoordinatorType.TRANSACTION, ["b", "a"])
    assert {key: broker.node_id for key, broker in found.items()} == {"b": 2, "a": 1}
    assert list(found) == ["b", "a"]
    requests = fake.requests(FindCoordinatorRequest)
    assert [request.key_type for request in requests] == [1] * request_count


@pytest.mark.parametrize("highest", [6, 3])
def test_a_coordinator_that_is_not_there_yet(fake, ask, highest):
    """The question is repeated until there is one."""
    fake.versions[int(ApiKey.FIND_COORDINATOR)] = (0, highest)
    code = ErrorCode.COORDINATOR_NOT_AVAILABLE
    fake.script(ApiKey.FIND_COORDINATOR, refusal(code, highest))
    assert ask(find_coordinators, GROUP, ["a"])["a"].node_id == 1


@pytest.mark.parametrize("highest", [6, 3])
def test_refusals_name_the_group(fake, ask, highest):
    """What cannot be repeated is raised."""
    fake.versions[int(ApiKey.FIND_COORDINATOR)] = (0, highest)
    code = ErrorCode.GROUP_AUTHORIZATION_FAILED
    fake.script(ApiKey.FIND_COORDINATOR, refusal(code, highest))
    with pytest.raises(ApiError, match="group 'a'"):
        ask(find_coordinators, GROUP, ["a"])


def test_a_key_without_answer(fake, ask):
    """A broker that leaves a key out is asked again for it."""
    fake.script(ApiKey.FIND_COORDINATOR, FindCoordinatorResponse(coordinators=[]))
    assert ask(find_coordinators, GROUP, ["a"])["a"].node_id == 1


def test_each_coordinator_is_asked_for_its_own_keys(ask):
    """Answers come in the order of the keys, errors among them."""
    questions = []
    refused = ApiError(ErrorCode.GROUP_ID_NOT_FOUND)

    async def answer(coordinator, keys):
        questions.append((coordinator.node_id, list(keys)))
        return {key: refused if key == "x" else key.upper() for key in keys}

    answers = ask(ask_coordinators, GROUP, ["a", "b", "x", "a"], answer)
    assert answers == {"a": "A", "b": "B", "x": refused}
    assert list(answers) == ["a", "b", "x"]
    assert questions == [(1, ["a", "x"]), (2, ["b"])]


def test_only_what_may_get_better_is_asked_again(ask):
    """A key whose coordinator is loading is asked again, the others are not."""
    questions = []

    async def answer(_, keys):
        questions.append(list(keys))
        loading = ApiError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
        return {key: loading if key == "a" and len(questions) == 1 else key for key in keys}

    assert ask(ask_coordinators, GROUP, ["a", "c"], answer) == {"a": "a", "c": "c"}
    assert questions == [["a", "c"], ["a"]]


def test_a_coordinator_that_just_came_is_waited_for(ask):
    """What was known of the brokers may be older than the coordinator; it is asked for anew."""

    async def meet_a_newcomer(cluster, kind, keys, answer):
        del cluster.metadata.brokers[2]
        return await ask_coordinators(cluster, kind, keys, answer)

    async def answer(coordinator, keys):
        return dict.fromkeys(keys, coordinator.node_id)

    assert ask(meet_a_newcomer, GROUP, ["a", "b"], answer) == {"a": 1, "b": 2}


def test_lost_connections_are_asked_again(ask):
    """A question whose answer was lost is put once more."""
    questions = []

    async def answer(_, keys):
        questions.append(list(keys))
        if len(questions) == 1:
            raise ConnectionLostError("gone")
        return dict.fromkeys(keys, 1)

    assert ask(ask_coordinators, GROUP, ["a"], answer) == {"a": 1}


def test_a_coordinator_that_says_nothing(ask):
    """A key that an answer leaves out gets an error of its own."""

    async def answer(_, __):
        return {}

    answers = ask(ask_coordinators, GROUP, ["a"], answer)
    assert answers["a"].code is ErrorCode.UNKNOWN_SERVER_ERROR


def test_every_broker_is_asked_once(ask):
    """A broker that has answered is not asked again when another has to be."""
    addresses = []

    async def answer(connection):
        addresses.append(connection.address.host)
        if len(addresses) == 2:
            raise ApiError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
        return len(addresses)

    assert ask(ask_every_broker, answer) == {1: 1, 2: 3}
    assert addresses == ["broker-1", "broker-2", "broker-2"]
