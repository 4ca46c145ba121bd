# SPDX-License-Identifier: Apache-2.0
"""Finds the brokers that coordinate groups and transactions, and asks them.

A coordinator may move or be loading at any time, so answers are kept key by key: what is refused
for such a reason is asked again at the coordinator of that moment, the rest is not. Brokers before
3.0 tell one coordinator per question, later ones a batch.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from ottla.client.errors import is_retriable
from ottla.client.metadata import BrokerMetadata
from ottla.net.address import Address
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.find_coordinator import (
    FindCoordinatorRequest,
    FindCoordinatorResponse,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from ottla.client.cluster import Cluster
    from ottla.net.client_connection import Connection

AnswerT = TypeVar("AnswerT")

_LAST_VERSION_WITH_ONE_KEY: Final = 3


COORDINATOR_ERRORS: Final = frozenset(
    (
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        ErrorCode.COORDINATOR_NOT_AVAILABLE,
        ErrorCode.NOT_COORDINATOR,
    )
)
"""The same question has to be put again, perhaps to another broker."""


class CoordinatorType(enum.IntEnum):
    """What a coordinator coordinates; the numbers are the protocol's."""

    GROUP = 0
    TRANSACTION = 1

    @property
    def subject(self) -> str:
        """What a key names."""
        return "group" if self is CoordinatorType.GROUP else "transactional id"


class Coordinator(NamedTuple):
    """A coordinator that can be asked."""

    node_id: int
    connection: Connection


async def find_coordinators(
    cluster: Cluster, kind: CoordinatorType, keys: Sequence[str]
) -> dict[str, BrokerMetadata]:
    """Return the coordinator of each group or transactional id."""
    found: dict[str, BrokerMetadata] = {}

    async def attempt() -> None:
        missing = [key for key in keys if key not in found]
        connection = await cluster.any_connection()
        if connection.version_for(FindCoordinatorRequest) > _LAST_VERSION_WITH_ONE_KEY:
            await _find_all(connection, kind, missing, found)
        else:
            for key in missing:
                found[key] = await _find_one(connection, kind, key)
        for key in missing:
            if key not in found:
                raise _error(kind, key, ErrorCode.COORDINATOR_NOT_AVAILABLE, None)

    await cluster.retrying(attempt)
    return {key: found[key] for key in keys}


async def ask_coordinators(
    cluster: Cluster,
    kind: CoordinatorType,
    keys: Iterable[str],
    ask: Callable[[Coordinator, Sequence[str]], Awaitable[Mapping[str, AnswerT | ApiError]]],
) -> dict[str, AnswerT | ApiError]:
    """Return the answer for each key, or why there is none.

    `ask` puts the question for some keys to the broker that coordinates them. It is called again
    for keys whose answer is a retriable error, and for all of its keys when the connection broke:
    it has to be safe to repeat.
    """
    wanted = list(dict.fromkeys(keys))
    answers: dict[str, AnswerT | ApiError] = {}

    async def attempt() -> None:
        missing = [key for key in wanted if key not in answers]
        coordinators = await find_coordinators(cluster, kind, missing)
        by_node: dict[int, list[str]] = {}
        for key, broker in coordinators.items():
            by_node.setdefault(broker.node_id, []).append(key)
        failure: ApiError | None = None
        for node_id, node_keys in by_node.items():
            if node_id not in cluster.metadata.brokers:  # it has just come, or gone
                text = f"broker {node_id}, which coordinates it, is not in service"
                failure = failure or _error(
                    kind, node_keys[0], ErrorCode.COORDINATOR_NOT_AVAILABLE, text
                )
                continue
            coordinator = Coordinator(node_id, await cluster.connection(node_id))
            for key, answer in (await ask(coordinator, node_keys)).items():
                if isinstance(answer, ApiError) and is_retriable(answer):
                    failure = failure or answer
                else:
                    answers[key] = answer
        if failure is not None:
            raise failure

    await cluster.retrying(attempt)
    silence = ErrorCode.UNKNOWN_SERVER_ERROR
    for key in wanted:
        if key not in answers:
            answers[key] = _error(kind, key, silence, "the coordinator says nothing about it")
    return {key: answers[key] for key in wanted}


async def ask_every_broker(
    cluster: Cluster, ask: Callable[[Connection], Awaitable[AnswerT]]
) -> dict[int, AnswerT]:
    """Return the answer of each broker of the cluster, by its number."""
    answers: dict[int, AnswerT] = {}

    async def attempt() -> None:
        await cluster.refresh(())
        for node_id in sorted(cluster.metadata.brokers):
            if node_id not in answers:
                answers[node_id] = await ask(await cluster.connection(node_id))

    await cluster.retrying(attempt)
    return answers


async def _find_all(
    connection: Connection,
    kind: CoordinatorType,
    keys: Sequence[str],
    found: dict[str, BrokerMetadata],
) -> None:
    request = FindCoordinatorRequest(key_type=kind, coordinator_keys=keys)
    response = await connection.send(request, FindCoordinatorResponse)
    failure: ApiError | None = None
    for coordinator in response.coordinators:
        if coordinator.error_code:
            failure = failure or _error(
                kind, coordinator.key, coordinator.error_code, coordinator.error_message
            )
        else:
            address = Address(coordinator.host, coordinator.port)
            found[coordinator.key] = BrokerMetadata(coordinator.node_id, address)
    if failure is not None:
        raise failure


async def _find_one(connection: Connection, kind: CoordinatorType, key: str) -> BrokerMetadata:
    version = connection.version_for(FindCoordinatorRequest, at_most=_LAST_VERSION_WITH_ONE_KEY)
    request = FindCoordinatorRequest(key=key, key_type=kind)
    response = await connection.send(request, FindCoordinatorResponse, version=version)
    if response.error_code:
        raise _error(kind, key, response.error_code, response.error_message)
    return BrokerMetadata(response.node_id, Address(response.host, response.port))


def _error(kind: CoordinatorType, key: str, error_code: int, message: str | None) -> ApiError:
    code = ErrorCode.of(error_code)
    return ApiError(code, f"{kind.subject} {key!r}: {message or code.description}")
