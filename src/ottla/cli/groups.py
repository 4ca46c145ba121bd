# SPDX-License-Identifier: Apache-2.0
"""`ottla groups`: list, describe, members, lag, reset-offsets and delete."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ottla.cli.group_reset import reset_offsets_command, selected_partitions
from ottla.cli.group_view import (
    group_json,
    lag_json,
    lag_sentence,
    longest_behind_ms,
    print_group_facts,
    print_lags,
    print_members,
    total_lag,
)
from ottla.cli.options import (
    TopicSelection,
    bootstrap_option,
    complete_group,
    json_option,
    parse_topic_selection,
)
from ottla.cli.output import print_done, print_facts, print_gap, print_json, print_table, remark
from ottla.cli.session import CommandError, explain, with_cluster
from ottla.cli.time_text import duration_text
from ottla.client.group_lag import PartitionLag, measure_lag
from ottla.client.group_offsets import delete_group_offsets
from ottla.client.groups import (
    CLASSIC,
    CONSUMER,
    GROUP_STATES,
    GROUP_TYPES,
    GroupDescription,
    ListedGroup,
    delete_groups,
    describe_groups,
    list_groups,
)
from ottla.client.offsets import READ_COMMITTED, READ_UNCOMMITTED
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.client.cluster import Cluster
    from ottla.net.address import Address

Described = list[tuple[GroupDescription, list[PartitionLag]]]

_groups_argument = click.argument(
    "groups", nargs=-1, required=True, metavar="GROUP...", shell_complete=complete_group
)

_read_committed_option = click.option(
    "--read-committed",
    is_flag=True,
    help="Measure as a read_committed consumer sees it: to the last stable offset, without "
    "records of aborted transactions.",
)


@click.group("groups")
def command() -> None:
    """Show groups, their members and their lag; move their offsets; delete them."""


@command.command("list")
@click.option(
    "--state",
    "states",
    type=click.Choice(GROUP_STATES, case_sensitive=False),
    multiple=True,
    help="Only groups in this state; may be repeated.",
)
@click.option(
    "--type",
    "types",
    type=click.Choice(GROUP_TYPES, case_sensitive=False),
    multiple=True,
    help="Only groups of this type; may be repeated.",
)
@json_option
@bootstrap_option
def list_command(
    states: tuple[str, ...], types: tuple[str, ...], as_json: bool, bootstrap: Sequence[Address]
) -> None:
    """List the groups."""

    async def ask(cluster: Cluster) -> list[ListedGroup]:
        return await list_groups(cluster, states=states, types=types)

    groups = with_cluster(bootstrap, ask)
    if as_json:
        print_json(
            [
                {
                    "group": group.group_id,
                    "type": group.group_type or None,
                    "state": group.state or None,
                    "protocol_type": group.protocol_type,
                    "coordinator": group.coordinator,
                }
                for group in groups
            ]
        )
        return
    print_table(
        ("GROUP", "TYPE", "STATE", "PROTOCOL", "COORDINATOR"),
        [
            (group.group_id, group.group_type, group.state, group.protocol_type, group.coordinator)
            for group in groups
        ],
    )
    if not groups:
        remark("There is no such group." if states or types else "There is no group yet.")


@command.command("describe")
@_groups_argument
@_read_committed_option
@json_option
@bootstrap_option
def describe_command(
    groups: tuple[str, ...], read_committed: bool, as_json: bool, bootstrap: Sequence[Address]
) -> None:
    """Show state, members and lag of groups."""

    async def describe(cluster: Cluster) -> Described:
        described = await _described(cluster, groups)
        return await _with_lag(cluster, described, read_committed=read_committed)

    described = with_cluster(bootstrap, describe)
    if as_json:
        print_json([{**group_json(group), **lag_json(group, lags)} for group, lags in described])
        return
    for number, (group, lags) in enumerate(described):
        if number:
            print_gap()
        print_group_facts(group, lags)
        if group.members:
            print_members(group)
            print_gap()
        print_lags(group, lags)


@command.command("members")
@_groups_argument
@json_option
@bootstrap_option
def members_command(groups: tuple[str, ...], as_json: bool, bootstrap: Sequence[Address]) -> None:
    """Show who belongs to groups, and what each member reads or is about to read."""

    async def describe(cluster: Cluster) -> list[GroupDescription]:
        return await _described(cluster, groups)

    described = with_cluster(bootstrap, describe)
    if as_json:
        print_json([group_json(group) for group in described])
        return
    for number, group in enumerate(described):
        if number:
            print_gap()
        if len(described) > 1:
            print_facts((("group", group.group_id), ("members", len(group.members))))
        print_members(group)
        if not group.members:
            remark(f"Group {group.group_id} has no members; it is {group.state}.")


@command.command("lag")
@click.argument("groups", nargs=-1, metavar="[GROUP]...", shell_complete=complete_group)
@_read_committed_option
@json_option
@bootstrap_option
def lag_command(
    groups: tuple[str, ...], read_committed: bool, as_json: bool, bootstrap: Sequence[Address]
) -> None:
    """Show how far groups are behind, the worst first.

    With names, one row per partition; without, one row for each classic and consumer group.
    """

    async def measure(cluster: Cluster) -> Described:
        described = await (_described(cluster, groups) if groups else _all_described(cluster))
        return await _with_lag(cluster, described, read_committed=read_committed)

    described = [
        (group, sorted(lags, key=_worst_first)) for group, lags in with_cluster(bootstrap, measure)
    ]
    if as_json:
        print_json(
            [{"group": group.group_id, **lag_json(group, lags)} for group, lags in described]
        )
    elif groups:
        for number, (group, lags) in enumerate(described):
            if number:
                print_gap()
            print_facts(
                (("group", group.group_id), ("state", group.state), ("lag", lag_sentence(lags)))
            )
            print_lags(group, lags)
    else:
        _print_overview(described)


@command.command("delete")
@_groups_argument
@click.option(
    "--topic",
    "topics",
    type=parse_topic_selection,
    multiple=True,
    metavar="TOPIC[:PARTITIONS]",
    help="Delete only the offsets of this topic, which no member may read; may be repeated.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@bootstrap_option
def delete_command(
    groups: tuple[str, ...],
    topics: tuple[TopicSelection, ...],
    yes: bool,
    bootstrap: Sequence[Address],
) -> None:
    """Delete groups without members, with their offsets."""
    if not yes and sys.stdin is not None and sys.stdin.isatty():
        what = "offsets of some topics" if topics else "all offsets"
        if not click.confirm(f"Delete {', '.join(groups)}: {what}?", err=True):
            raise CommandError("nothing was deleted")
    failures = []
    if topics:
        for group_id in groups:
            failures += _delete_offsets(group_id, topics, bootstrap)
    else:

        async def delete(cluster: Cluster) -> dict[str, ApiError | None]:
            return await delete_groups(cluster, groups)

        for group_id, error in with_cluster(bootstrap, delete).items():
            if error is None:
                print_done(f"Deleted group {group_id}")
            else:
                failures.append(explain(error))
    if failures:
        raise CommandError("; ".join(failures))


command.add_command(reset_offsets_command)


def _delete_offsets(
    group_id: str, topics: Sequence[TopicSelection], bootstrap: Sequence[Address]
) -> list[str]:
    """Delete offsets of one group, tell what was done and return what went wrong."""

    async def delete(cluster: Cluster) -> dict[str, list[ApiError | None]]:
        names = await selected_partitions(cluster, topics)
        outcomes = await delete_group_offsets(cluster, group_id, names)
        by_topic: dict[str, list[ApiError | None]] = {}
        for name, error in outcomes.items():
            by_topic.setdefault(name.topic, []).append(error)
        return by_topic

    failures = []
    for topic, errors in with_cluster(bootstrap, delete).items():
        error = next((error for error in errors if error is not None), None)
        if error is None:
            print_done(f"Deleted offsets of topic {topic} in group {group_id}")
        else:
            failures.append(explain(error))
    return failures


async def _with_lag(
    cluster: Cluster, described: list[GroupDescription], *, read_committed: bool
) -> Described:
    isolation_level = READ_COMMITTED if read_committed else READ_UNCOMMITTED
    lags = await measure_lag(cluster, described, isolation_level=isolation_level)
    return [(group, lags[group.group_id]) for group in described]


async def _all_described(cluster: Cluster) -> list[GroupDescription]:
    """Describe every group that can be; one that is deleted meanwhile is no news."""
    listed = await list_groups(cluster)
    names = [g.group_id for g in listed if g.group_type in ("", CLASSIC, CONSUMER)]
    described = []
    for group in (await describe_groups(cluster, names)).values():
        if not isinstance(group, ApiError):
            described.append(group)
        elif group.code is not ErrorCode.GROUP_ID_NOT_FOUND:
            raise group
    return described


async def _described(cluster: Cluster, group_ids: Sequence[str]) -> list[GroupDescription]:
    described = []
    for group_id, group in (await describe_groups(cluster, group_ids)).items():
        if isinstance(group, ApiError):
            raise await _better(cluster, group_id, group)
        described.append(group)
    return described


async def _better(cluster: Cluster, group_id: str, refusal: ApiError) -> ApiError | CommandError:
    """Say when a group exists, but is of another type than those that can be described."""
    if refusal.code is ErrorCode.GROUP_ID_NOT_FOUND:
        for group in await list_groups(cluster):
            if group.group_id == group_id:
                return CommandError(
                    f"{group_id!r} is a {group.group_type} group; "
                    "only classic and consumer groups can be shown so far"
                )
    return refusal


def _worst_first(lag: PartitionLag) -> tuple[bool, int, str, int]:
    return lag.lag is None, -(lag.lag or 0), lag.name.topic, lag.name.partition


def _print_overview(described: Described) -> None:
    rows = sorted(described, key=lambda entry: (-total_lag(entry[1]), entry[0].group_id))
    print_table(
        ("GROUP", "TYPE", "STATE", "MEMBERS", "PARTITIONS", "LAG", "BEHIND"),
        [
            (
                group.group_id,
                group.group_type,
                group.state,
                len(group.members),
                len(lags),
                total_lag(lags),
                duration_text(longest_behind_ms(lags)),
            )
            for group, lags in rows
        ],
    )
    if rows:
        total = sum(total_lag(lags) for _, lags in rows)
        remark(f"{len(rows)} {'group' if len(rows) == 1 else 'groups'}, lag {total} in all.")
    else:
        remark("There is no group yet.")
