# SPDX-License-Identifier: Apache-2.0
"""Asks a cluster what the doctor wants to know of it; a question that fails leaves a sentence."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from ottla.cli.doctor.probe import ANSWER_S, SETTINGS, probe
from ottla.client.admin import list_topics
from ottla.client.brokers import describe_decider
from ottla.client.cluster import Cluster
from ottla.client.errors import ClientError
from ottla.client.health import examine
from ottla.client.log_dirs import describe_log_dirs
from ottla.protocol.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from ottla.cli.doctor.probe import AddressFacts
    from ottla.client.health import Health
    from ottla.client.log_dirs import LogDir
    from ottla.client.metadata import ClusterMetadata, TopicMetadata
    from ottla.net.address import Address

T = TypeVar("T")

BROKERS_MAX: Final = 100
"""More brokers are not looked at one by one: a hundred show what is wrong with all."""

QUESTION_S: Final = 2 * ANSWER_S
"""How long one question may take with the connection that it needs."""


class ClockReading(NamedTuple):
    """The controller's clock against ours; the truth is within the time that the answer took."""

    ahead_ms: float  # negative when it is behind
    uncertainty_ms: float


class ClusterFacts(NamedTuple):
    """What a cluster told; None or absent where it did not."""

    metadata: ClusterMetadata
    advertised: dict[int, AddressFacts]
    topics: list[TopicMetadata] | None
    health: Health | None
    failure: str  # why topics or health are not known
    log_dirs: dict[int, list[LogDir]]
    clock: ClockReading | None


async def gather_cluster(address: Address, metadata: ClusterMetadata) -> ClusterFacts:
    """Ask the broker at an address about its cluster, and look at how each broker is reached."""
    broker_ids = sorted(metadata.brokers)[:BROKERS_MAX]
    found = await asyncio.gather(
        *(probe(metadata.brokers[broker_id].address, broker_id) for broker_id in broker_ids)
    )
    advertised = dict(zip(broker_ids, found, strict=True))
    reachable = [broker_id for broker_id, facts in advertised.items() if facts.identity is not None]
    cluster = Cluster([address], SETTINGS)
    try:
        await cluster.connect()
        topics, failure = await _asked(list_topics(cluster))
        health, health_failure = await _asked(examine(cluster))
        return ClusterFacts(
            metadata=metadata,
            advertised=advertised,
            topics=topics,
            health=health,
            failure=failure or health_failure,
            log_dirs=await _log_dirs(cluster, reachable),
            clock=await _clock(cluster),
        )
    except (ClientError, ApiError) as error:
        return ClusterFacts(metadata, advertised, None, None, str(error), {}, None)
    finally:
        await cluster.close()


async def _asked(question: Awaitable[T]) -> tuple[T | None, str]:
    try:
        return await asyncio.wait_for(question, QUESTION_S), ""
    except (ClientError, ApiError) as error:
        return None, str(error)
    except TimeoutError:
        return None, f"no answer in {QUESTION_S:g} s"


async def _log_dirs(cluster: Cluster, broker_ids: Sequence[int]) -> dict[int, list[LogDir]]:
    async def ask(broker_id: int) -> list[LogDir] | None:
        # Space is told with any question, so ask for no partition: there may be many thousands.
        return (await _asked(describe_log_dirs(cluster, broker_id, ())))[0]

    answers = await asyncio.gather(*map(ask, broker_ids))
    return {
        broker_id: answer
        for broker_id, answer in zip(broker_ids, answers, strict=True)
        if answer is not None
    }


async def _clock(cluster: Cluster) -> ClockReading | None:
    before_ms = time.time() * 1000
    decider, _ = await _asked(describe_decider(cluster))
    after_ms = time.time() * 1000
    if decider is None or decider.clock_ms < 0:
        return None
    return ClockReading(
        decider.clock_ms - (before_ms + after_ms) / 2, abs(after_ms - before_ms) / 2
    )
