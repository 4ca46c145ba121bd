# SPDX-License-Identifier: Apache-2.0
"""`ottla topics`: list, create, describe, alter and delete; `reassign` has a module of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ottla.base.ids import ZERO_UUID, uuid_to_text
from ottla.cli.options import bootstrap_option, complete_topic, json_option, parse_pair
from ottla.cli.output import print_done, print_facts, print_json, print_table, remark
from ottla.cli.reassign import reassign_command
from ottla.cli.session import CommandError, explain, with_cluster
from ottla.client.admin import (
    create_partitions,
    create_topic,
    delete_topics,
    describe_topic,
    list_topics,
)
from ottla.client.configs import (
    ConfigChange,
    ConfigOperation,
    ConfigResource,
    ResourceType,
    alter_configs,
    describe_configs,
)
from ottla.client.metadata import NO_LEADER
from ottla.client.offsets import first_and_end_offsets
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.client.admin import CreatedTopic
    from ottla.client.cluster import Cluster
    from ottla.client.configs import ConfigEntry
    from ottla.client.metadata import TopicMetadata
    from ottla.net.address import Address

_topics_argument = click.argument(
    "topics", nargs=-1, required=True, metavar="TOPIC...", shell_complete=complete_topic
)


@click.group("topics")
def command() -> None:
    """List, create, describe, alter, move and delete topics."""


command.add_command(reassign_command)


@command.command("list")
@click.option("--all", "with_internal", is_flag=True, help="Show internal topics as well.")
@json_option
@bootstrap_option
def list_command(with_internal: bool, as_json: bool, bootstrap: Sequence[Address]) -> None:
    """List the topics."""
    topics = with_cluster(bootstrap, list_topics)
    shown = [topic for topic in topics if with_internal or not topic.is_internal]
    if as_json:
        print_json([_summary(topic) for topic in shown])
        return
    rows = [(topic.name, len(topic.partitions), _replication_factor(topic)) for topic in shown]
    print_table(("TOPIC", "PARTITIONS", "REPLICAS"), rows)
    if not shown:
        remark("There is no topic yet; create one with `ottla topics create NAME`.")


@command.command("create")
@_topics_argument
@click.option("--partitions", type=click.IntRange(1), help="How many.  [default: the broker's]")
@click.option(
    "--replication-factor",
    type=click.IntRange(1, 32767),
    help="Copies of each partition.  [default: the broker's]",
)
@click.option(
    "--config",
    "configs",
    type=parse_pair,
    metavar="KEY=VALUE",
    multiple=True,
    help="A setting of the topic, for example retention.ms=60000; may be repeated.",
)
@click.option("--if-not-exists", is_flag=True, help="Do not fail when the topic exists.")
@json_option
@bootstrap_option
def create_command(
    topics: tuple[str, ...],
    partitions: int | None,
    replication_factor: int | None,
    configs: tuple[tuple[str, str], ...],
    if_not_exists: bool,
    as_json: bool,
    bootstrap: Sequence[Address],
) -> None:
    """Create topics."""

    async def create(cluster: Cluster) -> list[CreatedTopic | None]:
        return [
            await _create_one(
                cluster,
                name,
                partitions or -1,
                replication_factor or -1,
                dict(configs),
                if_not_exists=if_not_exists,
            )
            for name in topics
        ]

    created = with_cluster(bootstrap, create)
    if as_json:
        print_json(
            [_created_json(name, topic) for name, topic in zip(topics, created, strict=True)]
        )
        return
    for name, topic in zip(topics, created, strict=True):
        if topic is None:
            print_done(f"Topic {name} exists already")
        else:
            print_done(f"Created topic {name}{_numbers(topic)}")


async def _create_one(
    cluster: Cluster,
    name: str,
    partition_count: int,
    replication_factor: int,
    configs: dict[str, str],
    *,
    if_not_exists: bool,
) -> CreatedTopic | None:
    try:
        return await create_topic(
            cluster,
            name,
            partition_count=partition_count,
            replication_factor=replication_factor,
            configs=configs,
        )
    except ApiError as error:
        if if_not_exists and error.code is ErrorCode.TOPIC_ALREADY_EXISTS:
            return None
        raise


@command.command("describe")
@_topics_argument
@json_option
@bootstrap_option
def describe_command(topics: tuple[str, ...], as_json: bool, bootstrap: Sequence[Address]) -> None:
    """Show partitions, offsets and settings of topics."""

    async def describe(cluster: Cluster) -> list[_Description]:
        return [await _describe_one(cluster, name) for name in topics]

    descriptions = with_cluster(bootstrap, describe)
    if as_json:
        print_json([description.as_json() for description in descriptions])
        return
    for description in descriptions:
        description.print()


class _Description:
    """Everything about one topic."""

    def __init__(
        self,
        topic: TopicMetadata,
        offsets: dict[TopicPartition, tuple[int, int]],
        configs: list[ConfigEntry],
    ) -> None:
        self._topic = topic
        self._offsets = offsets
        self._configs = configs

    def as_json(self) -> dict[str, Any]:
        """Return the document for `--json`."""
        return {
            **_summary(self._topic),
            "configs": {entry.key: entry.value for entry in self._configs},
            "partitions": [
                {
                    "partition": partition.partition,
                    "leader": None if partition.leader == NO_LEADER else partition.leader,
                    "leader_epoch": partition.leader_epoch,
                    "replicas": list(partition.replicas),
                    "isr": list(partition.isr),
                    "first_offset": self._range(partition.partition)[0],
                    "end_offset": self._range(partition.partition)[1],
                }
                for partition in self._topic.partitions
            ],
        }

    def print(self) -> None:
        """Show the topic: facts, then one row per partition."""
        facts: list[tuple[str, object]] = [("topic", self._topic.name)]
        if self._topic.topic_id != ZERO_UUID:
            facts.append(("id", uuid_to_text(self._topic.topic_id)))
        facts.append(("partitions", len(self._topic.partitions)))
        facts.append(("replicas", _replication_factor(self._topic)))
        facts.extend((entry.key, entry.value) for entry in self._configs)
        print_facts(facts)
        print_table(
            ("PARTITION", "LEADER", "REPLICAS", "IN SYNC", "FIRST", "END", "RECORDS"),
            [
                (
                    partition.partition,
                    "none" if partition.leader == NO_LEADER else partition.leader,
                    partition.replicas,
                    partition.isr,
                    *self._range(partition.partition),
                    self._count(partition.partition),
                )
                for partition in self._topic.partitions
            ],
        )

    def _range(self, partition: int) -> tuple[int | None, int | None]:
        return self._offsets.get(TopicPartition(self._topic.name, partition), (None, None))

    def _count(self, partition: int) -> int | None:
        first, end = self._range(partition)
        return None if first is None or end is None else end - first


async def _describe_one(cluster: Cluster, name: str) -> _Description:
    topic = await describe_topic(cluster, name)
    led = [
        TopicPartition(name, partition.partition)
        for partition in topic.partitions
        if partition.leader != NO_LEADER
    ]
    offsets = await first_and_end_offsets(cluster, led) if led else {}
    entries = await describe_configs(cluster, ConfigResource(ResourceType.TOPIC, name))
    return _Description(topic, offsets, [entry for entry in entries if not entry.is_default])


@command.command("alter")
@click.argument("topic", shell_complete=complete_topic)
@click.option("--partitions", type=click.IntRange(1), help="New number, larger than the present.")
@click.option(
    "--config",
    "configs",
    type=parse_pair,
    metavar="KEY=VALUE",
    multiple=True,
    help="Set a setting of the topic, for example retention.ms=60000; may be repeated.",
)
@click.option(
    "--delete-config",
    "deleted",
    multiple=True,
    metavar="KEY",
    help="Go back to the broker's value of a setting; may be repeated.",
)
@bootstrap_option
def alter_command(
    topic: str,
    partitions: int | None,
    configs: tuple[tuple[str, str], ...],
    deleted: tuple[str, ...],
    bootstrap: Sequence[Address],
) -> None:
    """Add partitions to a topic or change its settings."""
    changes = [ConfigChange(key, ConfigOperation.SET, value) for key, value in configs]
    changes += [ConfigChange(key, ConfigOperation.DELETE) for key in deleted]
    if not changes and partitions is None:
        raise click.UsageError("Say what to change: --partitions, --config or --delete-config.")

    async def alter(cluster: Cluster) -> None:
        if changes:
            await alter_configs(cluster, ConfigResource(ResourceType.TOPIC, topic), changes)
        if partitions is not None:
            await create_partitions(cluster, topic, partitions)

    with_cluster(bootstrap, alter)
    print_done(f"Changed topic {topic}")


@command.command("delete")
@_topics_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--if-exists", is_flag=True, help="Do not fail when the topic does not exist.")
@bootstrap_option
def delete_command(
    topics: tuple[str, ...], yes: bool, if_exists: bool, bootstrap: Sequence[Address]
) -> None:
    """Delete topics with all their records."""
    if not yes and sys.stdin is not None and sys.stdin.isatty():
        question = f"Delete {', '.join(topics)} with all records?"
        if not click.confirm(question, err=True):
            raise CommandError("nothing was deleted")

    async def delete(cluster: Cluster) -> dict[str, ApiError | None]:
        return await delete_topics(cluster, topics)

    failures = []
    for name, error in with_cluster(bootstrap, delete).items():
        if error is None:
            print_done(f"Deleted topic {name}")
        elif error.code is not ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
            failures.append(explain(error))
        elif if_exists:
            print_done(f"Topic {name} does not exist")
        else:
            failures.append(f"topic {name!r} does not exist")
    if failures:
        raise CommandError("; ".join(failures))


def _summary(topic: TopicMetadata) -> dict[str, Any]:
    has_id = topic.topic_id != ZERO_UUID
    return {
        "name": topic.name,
        "id": uuid_to_text(topic.topic_id) if has_id else None,
        "is_internal": topic.is_internal,
        "partition_count": len(topic.partitions),
        "replication_factor": _replication_factor(topic),
    }


def _replication_factor(topic: TopicMetadata) -> int:
    return max((len(partition.replicas) for partition in topic.partitions), default=0)


def _created_json(name: str, topic: CreatedTopic | None) -> dict[str, Any]:
    if topic is None:
        return {"name": name, "created": False}
    return {
        "name": name,
        "created": True,
        "id": uuid_to_text(topic.topic_id) if topic.topic_id != ZERO_UUID else None,
        "partition_count": topic.partition_count,
        "replication_factor": topic.replication_factor,
    }


def _numbers(topic: CreatedTopic) -> str:
    if topic.partition_count < 1:
        return ""  # a broker before 2.4 does not tell
    noun = "partition" if topic.partition_count == 1 else "partitions"
    return f" with {topic.partition_count} {noun}"
