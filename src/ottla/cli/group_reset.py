# SPDX-License-Identifier: Apache-2.0
"""`ottla groups reset-offsets`: let a group go on somewhere else.

Nothing is changed without `--execute`: the command shows what it would do. A group with members is
refused, since they would go on from where they are and commit over the new offsets.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ottla.cli.options import (
    TopicSelection,
    bootstrap_option,
    group_argument,
    json_option,
    parse_topic_selection,
)
from ottla.cli.output import print_done, print_json, print_table, remark
from ottla.cli.session import CommandError, explain, with_cluster
from ottla.cli.time_text import parse_duration, parse_time
from ottla.client.errors import UnknownPartitionError
from ottla.client.group_offsets import commit_group_offsets, fetch_group_offsets
from ottla.client.groups import GroupDescription, describe_groups
from ottla.client.offset_reset import (
    NothingToShiftError,
    PlannedOffset,
    ResetKind,
    ResetTarget,
    plan_reset,
)
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.client.cluster import Cluster
    from ottla.net.address import Address

_NO_LONGER_EMPTY = frozenset(
    (
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.ILLEGAL_GENERATION,
        ErrorCode.REBALANCE_IN_PROGRESS,
        ErrorCode.STALE_MEMBER_EPOCH,
        ErrorCode.NON_EMPTY_GROUP,
    )
)
"""What a coordinator answers to somebody who commits without being one of the members."""


class _Reset(NamedTuple):
    planned: list[PlannedOffset]
    group_exists: bool


@click.command("reset-offsets")
@group_argument
@click.option(
    "--topic",
    "topics",
    type=parse_topic_selection,
    multiple=True,
    metavar="TOPIC[:PARTITIONS]",
    help="A topic, or some of its partitions as in orders:0,2-4; may be repeated.",
)
@click.option("--all-topics", is_flag=True, help="Every topic that the group has offsets for.")
@click.option("--to-earliest", is_flag=True, help="The first record there is.")
@click.option("--to-latest", is_flag=True, help="The end: only what comes.")
@click.option("--to-offset", type=click.IntRange(0), metavar="N", help="This offset.")
@click.option(
    "--shift-by", type=int, metavar="N", help="N further than committed; -N goes back by N."
)
@click.option(
    "--to-datetime",
    type=parse_time,
    metavar="TIME",
    help="The first record at or after a time, such as 2026-11-21T04:26:02Z (UTC without a zone).",
)
@click.option(
    "--by-duration",
    type=parse_duration,
    metavar="DURATION",
    help="The first record of the last 1h30m, 2d or PT90S.",
)
@click.option(
    "--execute/--dry-run", default=False, help="Do it, or only show it.  [default: --dry-run]"
)
@json_option
@bootstrap_option
def reset_offsets_command(
    group: str,
    topics: tuple[TopicSelection, ...],
    all_topics: bool,
    to_earliest: bool,
    to_latest: bool,
    to_offset: int | None,
    shift_by: int | None,
    to_datetime: int | None,
    by_duration: int | None,
    execute: bool,
    as_json: bool,
    bootstrap: Sequence[Address],
) -> None:
    """Let a group without members go on somewhere else; shows it first, --execute does it."""
    if bool(topics) == all_topics:
        raise click.UsageError("Say what to reset: --topic TOPIC or --all-topics.")
    target = _target(
        to_earliest=to_earliest,
        to_latest=to_latest,
        to_offset=to_offset,
        shift_by=shift_by,
        to_datetime=to_datetime,
        by_duration=by_duration,
    )

    async def reset(cluster: Cluster) -> _Reset:
        return await _reset(cluster, group, topics, target, execute=execute)

    planned, group_exists = with_cluster(bootstrap, reset)
    if as_json:
        print_json(_as_json(group, planned, executed=execute))
        return
    print_table(
        ("TOPIC", "PARTITION", "BEFORE", "AFTER", "CHANGE", "NOTE"),
        [(*plan.name, plan.before, plan.after, _change(plan), plan.note) for plan in planned],
        rarely_used=("NOTE",),
    )
    if execute:
        noun = "partition" if len(planned) == 1 else "partitions"
        print_done(f"Reset {len(planned)} {noun} of group {group}")
        return
    if not group_exists:
        remark(f"Group {group} does not exist; --execute makes it.")
    remark("Nothing was changed; repeat it with --execute to do it.")


async def selected_partitions(
    cluster: Cluster, topics: Sequence[TopicSelection]
) -> list[TopicPartition]:
    """Return the partitions that are meant, each once and in order; they exist."""
    names = []
    for topic, numbers in topics:
        count = len((await cluster.topic(topic)).partitions)
        for number in range(count) if numbers is None else numbers:
            if number >= count:
                raise UnknownPartitionError(topic, number, count)
            names.append(TopicPartition(topic, number))
    return sorted(set(names))


def _target(
    *,
    to_earliest: bool,
    to_latest: bool,
    to_offset: int | None,
    shift_by: int | None,
    to_datetime: int | None,
    by_duration: int | None,
) -> ResetTarget:
    targets = []
    if to_earliest:
        targets.append(ResetTarget(ResetKind.EARLIEST))
    if to_latest:
        targets.append(ResetTarget(ResetKind.LATEST))
    if to_offset is not None:
        targets.append(ResetTarget(ResetKind.OFFSET, to_offset))
    if shift_by is not None:
        targets.append(ResetTarget(ResetKind.SHIFT, shift_by))
    if to_datetime is not None:
        targets.append(ResetTarget(ResetKind.TIME, to_datetime))
    if by_duration is not None:
        start_ms = max(0, time.time_ns() // 1_000_000 - by_duration)
        targets.append(ResetTarget(ResetKind.TIME, start_ms))
    if len(targets) != 1:
        raise click.UsageError(
            "Say where to go, once: --to-earliest, --to-latest, --to-offset, --shift-by, "
            "--to-datetime or --by-duration."
        )
    return targets[0]


async def _reset(
    cluster: Cluster,
    group_id: str,
    topics: Sequence[TopicSelection],
    target: ResetTarget,
    *,
    execute: bool,
) -> _Reset:
    group = (await describe_groups(cluster, (group_id,)))[group_id]
    if isinstance(group, ApiError) and group.code is not ErrorCode.GROUP_ID_NOT_FOUND:
        raise group
    if isinstance(group, GroupDescription) and group.is_active:
        raise CommandError(_active(group_id, f"it is {group.state} with {_members(group)}"))
    committed = (await fetch_group_offsets(cluster, (group_id,)))[group_id]
    if isinstance(committed, ApiError):
        raise committed
    if topics:
        names = await selected_partitions(cluster, topics)
    else:
        names = await _partitions_that_exist(cluster, sorted(committed))
    if not names:
        raise CommandError(f"group {group_id!r} has committed no offsets; name topics with --topic")
    try:
        planned = await plan_reset(cluster, committed, names, target)
    except NothingToShiftError as error:
        raise CommandError(f"{error}; leave it out or use another target") from error
    if execute:
        outcomes = await commit_group_offsets(
            cluster, group_id, {plan.name: plan.after for plan in planned}
        )
        _check(group_id, [error for error in outcomes.values() if error is not None])
    return _Reset(planned, group_exists=isinstance(group, GroupDescription))


async def _partitions_that_exist(
    cluster: Cluster, names: Sequence[TopicPartition]
) -> list[TopicPartition]:
    topics = tuple(dict.fromkeys(name.topic for name in names))
    if not topics:
        return []
    metadata = await cluster.retrying(lambda: cluster.refresh(topics))
    counts = {topic.name: len(topic.partitions) for topic in metadata.topics.values()}
    return [name for name in names if name.partition < counts.get(name.topic, 0)]


def _check(group_id: str, errors: Sequence[ApiError]) -> None:
    if any(error.code in _NO_LONGER_EMPTY for error in errors):
        raise CommandError(_active(group_id, "members joined meanwhile"))
    if errors:
        raise CommandError("; ".join(map(explain, errors)))


def _active(group_id: str, reason: str) -> str:
    return (
        f"group {group_id!r} is in use ({reason}): its members would commit over new offsets; "
        f"stop them first, `ottla groups members {group_id}` shows who they are"
    )


def _members(group: GroupDescription) -> str:
    count = len(group.members)
    return f"{count} {'member' if count == 1 else 'members'}"


def _change(plan: PlannedOffset) -> str | None:
    return None if plan.before is None else f"{plan.after - plan.before:+d}"


def _as_json(group_id: str, planned: Sequence[PlannedOffset], *, executed: bool) -> dict[str, Any]:
    return {
        "group": group_id,
        "executed": executed,
        "partitions": [
            {
                "topic": plan.name.topic,
                "partition": plan.name.partition,
                "offset_before": plan.before,
                "offset_after": plan.after,
                "note": plan.note or None,
            }
            for plan in planned
        ],
    }
