# SPDX-License-Identifier: Apache-2.0
"""`ottla cluster health`: whether every replica is where it should be; exit code 3 when not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ottla.cli.options import bootstrap_option, json_option
from ottla.cli.output import print_facts, print_gap, print_json, print_table, size_text
from ottla.cli.session import with_cluster
from ottla.client.health import examine
from ottla.client.metadata import NO_LEADER
from ottla.client.topic_partition import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.client.health import Finding, Health
    from ottla.client.reassignments import Reassignment
    from ottla.net.address import Address

EXIT_UNHEALTHY = 3
ROWS_MAX = 50


@click.command("health")
@click.option("--all", "shows_all", is_flag=True, help=f"Show more than {ROWS_MAX} rows each.")
@json_option
@bootstrap_option
def health_command(shows_all: bool, as_json: bool, bootstrap: Sequence[Address]) -> int:
    """Show what is missing or in danger.

    The exit code is 0 when nothing is, and 3 otherwise.
    """
    health = with_cluster(bootstrap, examine)
    if as_json:
        print_json(as_document(health))
    else:
        _print(health, None if shows_all else ROWS_MAX)
    return 0 if health.is_healthy else EXIT_UNHEALTHY


def _print(health: Health, rows_max: int | None) -> None:
    print_facts(
        (
            ("health", "good" if health.is_healthy else "not good"),
            ("controller", health.controller_id if health.controller_id >= 0 else "none"),
            ("brokers", _count(health.broker_count, len(health.fenced), "fenced", health.fenced)),
            ("partitions", health.partition_count),
            ("offline", len(health.offline)),
            ("under min ISR", len(health.under_min_isr)),
            ("under-replicated", len(health.under_replicated)),
            ("leader not preferred", len(health.not_preferred)),
            ("being moved", len(health.moves)),
        )
    )
    worst = _worst_first(health)
    if worst:
        print_table(
            ("PARTITION", "STATE", "LEADER", "REPLICAS", "IN SYNC", "MISSING", "BEHIND"),
            [_row(health, finding, state) for finding, state in worst[:rows_max]],
        )
        _print_rest(len(worst), rows_max)
    if health.moves:
        if worst:
            print_gap()
        print_table(
            ("PARTITION", "REPLICAS", "ADDING", "REMOVING", "BEHIND"),
            [
                (
                    f"{move.topic}-{move.partition}",
                    move.replicas,
                    move.adding,
                    move.removing,
                    _behind(health, TopicPartition(move.topic, move.partition), move.adding),
                )
                for move in health.moves[:rows_max]
            ],
        )
        _print_rest(len(health.moves), rows_max)


def _print_rest(count: int, rows_max: int | None) -> None:
    if rows_max is not None and count > rows_max:
        click.echo(f"{count - rows_max} more; --all shows them.", err=True)


def _worst_first(health: Health) -> list[tuple[Finding, str]]:
    """Return each partition that is not as it should be once, with the worst that is true of it."""
    states: dict[TopicPartition, tuple[Finding, str]] = {}
    for findings, state in (
        (health.offline, "offline"),
        (health.under_min_isr, "under min ISR"),
        (health.under_replicated, "under-replicated"),
        (health.not_preferred, "leader not preferred"),
    ):
        for finding in findings:
            states.setdefault(finding.place, (finding, state))
    return list(states.values())


def _row(health: Health, finding: Finding, state: str) -> tuple[object, ...]:
    return (
        str(finding.place),
        state,
        "none" if finding.leader == NO_LEADER else finding.leader,
        finding.replicas,
        finding.isr,
        finding.missing,
        _behind(health, finding.place, finding.missing),
    )


def _behind(health: Health, place: TopicPartition, brokers: Sequence[int]) -> str:
    """Return what is known of how far replicas are behind."""
    known = [(b, health.lags[place, b]) for b in brokers if (place, b) in health.lags]
    if len(brokers) == 1:
        return "".join(size_text(lag) for _, lag in known)
    return ", ".join(f"{broker_id}: {size_text(lag)}" for broker_id, lag in known)


def _count(total: int, count: int, word: str, ids: Sequence[int]) -> str:
    return f"{total}, {word}: {','.join(map(str, ids))}" if count else str(total)


def as_document(health: Health) -> dict[str, Any]:
    """Return the document for `--json`."""
    return {
        "is_healthy": health.is_healthy,
        "cluster_id": health.cluster_id,
        "controller_id": health.controller_id if health.controller_id >= 0 else None,
        "broker_count": health.broker_count,
        "fenced_brokers": list(health.fenced),
        "partition_count": health.partition_count,
        "offline": [_finding_json(health, f) for f in health.offline],
        "under_min_isr": [_finding_json(health, f) for f in health.under_min_isr],
        "under_replicated": [_finding_json(health, f) for f in health.under_replicated],
        "leader_not_preferred": [_finding_json(health, f) for f in health.not_preferred],
        "reassignments": [_move_json(health, move) for move in health.moves],
    }


def _finding_json(health: Health, finding: Finding) -> dict[str, Any]:
    return {
        "topic": finding.place.topic,
        "partition": finding.place.partition,
        "leader": None if finding.leader == NO_LEADER else finding.leader,
        "replicas": list(finding.replicas),
        "isr": list(finding.isr),
        "missing": [
            {"broker": b, "behind_bytes": health.lags.get((finding.place, b))}
            for b in finding.missing
        ],
        "min_isr": finding.min_isr,
    }


def _move_json(health: Health, move: Reassignment) -> dict[str, Any]:
    place = TopicPartition(move.topic, move.partition)
    return {
        "topic": move.topic,
        "partition": move.partition,
        "replicas": list(move.replicas),
        "adding": [{"broker": b, "behind_bytes": health.lags.get((place, b))} for b in move.adding],
        "removing": list(move.removing),
    }
