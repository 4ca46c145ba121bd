# SPDX-License-Identifier: Apache-2.0
"""Runs the asynchronous part of a command against a cluster, and words its failures.

Commands are synchronous functions that hand one coroutine to `with_cluster`. Errors of the client
become `CommandError`: one sentence that names the thing and the next step.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, TypeVar

from ottla.base.errors import OttlaError
from ottla.client.cluster import Cluster
from ottla.client.errors import BrokerUnreachableError, ClientError, UnknownTopicError
from ottla.client.settings import ClientSettings
from ottla.net.address import parse_addresses
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from ottla.net.address import Address

T = TypeVar("T")

COMPLETION_TIMEOUT_MS = 700
"""How long a press of Tab may wait for a broker."""


class CommandError(OttlaError):
    """A command failed; the text is the whole message."""


def with_cluster(
    bootstrap: Sequence[Address], action: Callable[[Cluster], Coroutine[object, object, T]]
) -> T:
    """Connect, run `action`, close; failures come out as CommandError."""
    return ask_cluster(bootstrap, ClientSettings(client_id="ottla-cli"), action)


def ask_cluster(
    bootstrap: Sequence[Address],
    settings: ClientSettings,
    action: Callable[[Cluster], Coroutine[object, object, T]],
) -> T:
    """Do what `with_cluster` does with other settings."""
    try:
        return run_loop(_connected(bootstrap, settings, action))
    except (ClientError, ApiError) as error:
        raise CommandError(explain(error)) from error


def explain(error: OttlaError) -> str:
    """Return the sentence for a failure."""
    if isinstance(error, BrokerUnreachableError) and error.refused:
        return (
            f"no broker answers at {error.address}; start one with `ottla start`, "
            "or name another with --bootstrap HOST:PORT"
        )
    if isinstance(error, UnknownTopicError):
        return f"{error}; create it with `ottla topics create {error.topic}`"
    if isinstance(error, ApiError):
        text = (error.message or error.code.description).rstrip(".")
        return f"{text}{_NEXT_STEPS.get(error.code, '')} ({error.code.name})"
    return str(error)


_NEXT_STEPS = {
    ErrorCode.TOPIC_ALREADY_EXISTS: "; see it with `ottla topics describe`",
    ErrorCode.MESSAGE_TOO_LARGE: "; raise the topic's max.message.bytes or send smaller records",
    ErrorCode.NOT_ENOUGH_REPLICAS: "; fewer replicas are in sync than min.insync.replicas asks for",
    ErrorCode.GROUP_ID_NOT_FOUND: "; `ottla groups list` shows those there are",
    ErrorCode.NON_EMPTY_GROUP: "; stop them first, `ottla groups members` shows which they are",
    ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC: "; stop its members first",
    ErrorCode.TRANSACTIONAL_ID_NOT_FOUND: "; `ottla transactions list` shows those there are",
}


def topic_names_for_completion(bootstrap: Sequence[Address] | None) -> list[str]:
    """Return the topics of the cluster, or nothing when it does not answer quickly."""
    return _names_for_completion(bootstrap, _topic_names)


def group_names_for_completion(bootstrap: Sequence[Address] | None) -> list[str]:
    """Return the groups of the cluster, or nothing when it does not answer quickly."""
    return _names_for_completion(bootstrap, _group_names)


def transactional_ids_for_completion(bootstrap: Sequence[Address] | None) -> list[str]:
    """Return the transactional ids of the cluster, or nothing when it does not answer quickly."""
    return _names_for_completion(bootstrap, _transactional_ids)


def _names_for_completion(
    bootstrap: Sequence[Address] | None,
    ask: Callable[[Cluster], Coroutine[object, object, list[str]]],
) -> list[str]:
    try:
        addresses = bootstrap or parse_addresses(
            os.environ.get("OTTLA_BOOTSTRAP") or "127.0.0.1:9092"
        )
        settings = ClientSettings(
            client_id="ottla-cli",
            connect_timeout_ms=COMPLETION_TIMEOUT_MS,
            request_timeout_ms=COMPLETION_TIMEOUT_MS,
            operation_timeout_ms=COMPLETION_TIMEOUT_MS,
        )
        return run_loop(_connected(addresses, settings, ask))
    except (OttlaError, ValueError):
        return []


async def _topic_names(cluster: Cluster) -> list[str]:
    topics = (await cluster.refresh()).topics
    return sorted(name for name, topic in topics.items() if not topic.is_internal)


async def _group_names(cluster: Cluster) -> list[str]:
    from ottla.client.groups import list_groups  # noqa: PLC0415 - only on a Tab

    return [group.group_id for group in await list_groups(cluster)]


async def _transactional_ids(cluster: Cluster) -> list[str]:
    from ottla.client.transactions import list_transactions  # noqa: PLC0415 - only on a Tab

    return [transaction.transactional_id for transaction in await list_transactions(cluster)]


async def _connected(
    bootstrap: Sequence[Address],
    settings: ClientSettings,
    action: Callable[[Cluster], Coroutine[object, object, T]],
) -> T:
    async with Cluster(bootstrap, settings) as cluster:
        return await action(cluster)


def run_loop(work: Coroutine[object, object, T]) -> T:
    """Run a coroutine in an event loop of its own."""
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        return runner.run(work)


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - does not exist for Windows
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
