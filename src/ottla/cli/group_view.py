# SPDX-License-Identifier: Apache-2.0
"""How `ottla groups` shows a group: its facts, its members, its lag; for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.cli.output import print_facts, print_table
from ottla.cli.time_text import duration_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.client.group_lag import PartitionLag
    from ottla.client.groups import GroupDescription, GroupMember
    from ottla.client.topic_partition import TopicPartition


def print_group_facts(group: GroupDescription, lags: Sequence[PartitionLag]) -> None:
    """Print what holds for the group as a whole."""
    facts: list[tuple[str, object]] = [
        ("group", group.group_id),
        ("type", group.group_type),
        ("state", group.state),
    ]
    if group.protocol_type not in ("", "consumer"):
        facts.append(("protocol type", group.protocol_type))
    if group.assignor:
        facts.append(("assignor", group.assignor))
    where = f" at {group.coordinator_address}" if group.coordinator_address else ""
    facts.append(("coordinator", f"broker {group.coordinator}{where}"))
    if group.epoch is not None:
        facts.append(("epoch", group.epoch))
    if group.assignment_epoch is not None and group.assignment_epoch != group.epoch:
        facts.append(("assignment epoch", group.assignment_epoch))
    facts.append(("members", len(group.members)))
    facts.append(("lag", lag_sentence(lags)))
    print_facts(facts)


def lag_sentence(lags: Sequence[PartitionLag]) -> str:
    """Return the totals: records, partitions and the age of the oldest record."""
    if not lags:
        return "no offsets committed"
    behind = [lag for lag in lags if lag.lag]
    unknown = sum(1 for lag in lags if lag.lag is None)
    text = f"{total_lag(lags)} in {len(behind)} of {len(lags)} partitions"
    oldest_ms = longest_behind_ms(lags)
    if oldest_ms is not None:
        text += f", {duration_text(oldest_ms)} behind"
    if unknown:
        text += f"; {unknown} not known"
    return text


def total_lag(lags: Iterable[PartitionLag]) -> int:
    """Return the sum of what is known."""
    return sum(lag.lag or 0 for lag in lags)


def longest_behind_ms(lags: Iterable[PartitionLag]) -> int | None:
    """Return the age of the oldest record that is not consumed; None when there is none."""
    return max((lag.behind_ms for lag in lags if lag.behind_ms is not None), default=None)


def print_lags(group: GroupDescription, lags: Sequence[PartitionLag]) -> None:
    """Print one row per partition, in the order given."""
    owners = _owners(group)
    rows: list[Sequence[object]] = []
    for lag in lags:
        owner = owners.get(lag.name)
        rows.append(
            (
                lag.name.topic,
                lag.name.partition,
                lag.committed.offset if lag.committed else None,
                lag.offsets.end if lag.offsets else None,
                _stable_end(lag),
                lag.lag,
                duration_text(lag.behind_ms),
                owner.client_id if owner else None,
                owner.host if owner else None,
                lag.note,
            )
        )
    print_table(
        (
            "TOPIC",
            "PARTITION",
            "COMMITTED",
            "END",
            "STABLE END",
            "LAG",
            "BEHIND",
            "CLIENT",
            "HOST",
            "NOTE",
        ),
        rows,
        rarely_used=("STABLE END", "CLIENT", "HOST", "NOTE"),
    )


def print_members(group: GroupDescription) -> None:
    """Print one row per member."""
    print_table(
        (
            "MEMBER",
            "INSTANCE",
            "CLIENT",
            "HOST",
            "RACK",
            "PROTOCOL",
            "EPOCH",
            "SUBSCRIBED",
            "ASSIGNED",
            "TARGET",
        ),
        [
            (
                member.member_id,
                member.instance_id,
                member.client_id,
                member.host,
                member.rack_id,
                member.protocol if member.protocol != group.group_type else None,
                member.epoch,
                _subscription(member),
                partitions_text(member.assignment),
                _target(member),
            )
            for member in group.members
        ],
        rarely_used=("INSTANCE", "RACK", "PROTOCOL", "EPOCH", "TARGET"),
    )


def partitions_text(partitions: Sequence[TopicPartition] | None) -> str:
    """Return partitions in short: orders:0-2,5 payments:1."""
    if partitions is None:
        return "(its own format)"
    by_topic: dict[str, list[int]] = {}
    for topic, number in partitions:
        by_topic.setdefault(topic, []).append(number)
    return " ".join(f"{topic}:{_ranges(numbers)}" for topic, numbers in by_topic.items())


def group_json(group: GroupDescription) -> dict[str, Any]:
    """Return the fields of a group, without offsets."""
    return {
        "group": group.group_id,
        "type": group.group_type,
        "state": group.state,
        "protocol_type": group.protocol_type,
        "assignor": group.assignor or None,
        "coordinator": group.coordinator,
        "coordinator_address": str(group.coordinator_address or "") or None,
        "epoch": group.epoch,
        "assignment_epoch": group.assignment_epoch,
        "members": [_member_json(member) for member in group.members],
    }


def lag_json(group: GroupDescription, lags: Sequence[PartitionLag]) -> dict[str, Any]:
    """Return totals and partitions."""
    owners = _owners(group)
    return {
        "lag": total_lag(lags),
        "lag_seconds": _seconds(longest_behind_ms(lags)),
        "partitions": [_partition_json(lag, owners.get(lag.name)) for lag in lags],
    }


def _partition_json(lag: PartitionLag, owner: GroupMember | None) -> dict[str, Any]:
    return {
        "topic": lag.name.topic,
        "partition": lag.name.partition,
        "committed_offset": lag.committed.offset if lag.committed else None,
        "metadata": lag.committed.metadata if lag.committed else None,
        "first_offset": lag.offsets.first if lag.offsets else None,
        "end_offset": lag.offsets.end if lag.offsets else None,
        "last_stable_offset": lag.offsets.last_stable if lag.offsets else None,
        "lag": lag.lag,
        "lag_seconds": _seconds(lag.behind_ms),
        "note": lag.note or None,
        "member_id": owner.member_id if owner else None,
        "client_id": owner.client_id if owner else None,
        "host": owner.host if owner else None,
    }


def _member_json(member: GroupMember) -> dict[str, Any]:
    topics = member.subscribed_topics
    return {
        "member_id": member.member_id,
        "instance_id": member.instance_id,
        "client_id": member.client_id,
        "host": member.host,
        "rack": member.rack_id,
        "protocol": member.protocol or None,
        "epoch": member.epoch,
        "subscribed_topics": None if topics is None else list(topics),
        "subscribed_regex": member.subscribed_regex,
        "assignment": _partitions_json(member.assignment),
        "target_assignment": _partitions_json(member.target_assignment),
    }


def _partitions_json(partitions: Sequence[TopicPartition] | None) -> list[dict[str, Any]] | None:
    if partitions is None:
        return None
    return [{"topic": topic, "partition": number} for topic, number in partitions]


def _owners(group: GroupDescription) -> dict[TopicPartition, GroupMember]:
    return {name: member for member in group.members for name in member.assignment or ()}


def _seconds(duration_ms: int | None) -> float | None:
    return None if duration_ms is None else duration_ms / 1000


def _stable_end(lag: PartitionLag) -> int | None:
    """Return the last stable offset where an open transaction holds it back."""
    if lag.offsets is None or lag.offsets.last_stable == lag.offsets.end:
        return None
    return lag.offsets.last_stable


def _subscription(member: GroupMember) -> str:
    parts = list(member.subscribed_topics or ())
    if member.subscribed_regex:
        parts.append(f"/{member.subscribed_regex}/")
    return " ".join(parts)


def _target(member: GroupMember) -> str | None:
    """Return the target assignment where it differs from what the member has."""
    if member.target_assignment is None or member.target_assignment == member.assignment:
        return None
    return partitions_text(member.target_assignment) or "nothing"


def _ranges(numbers: Sequence[int]) -> str:
    """Return rising numbers in short: 0-2,5."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in spans)
