# SPDX-License-Identifier: Apache-2.0
"""Judges what a cluster told of itself; each function looks at one thing, and is pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.cli.doctor.check import Check, Verdict
from ottla.cli.doctor.network_checks import judge_advertised
from ottla.cli.output import size_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ottla.cli.doctor.cluster_facts import ClockReading, ClusterFacts
    from ottla.client.health import Health
    from ottla.client.log_dirs import LogDir
    from ottla.client.metadata import TopicMetadata
    from ottla.net.address import Address

CLOCK_WARNING_MS: Final = 1_000
CLOCK_PROBLEM_MS: Final = 60_000
FREE_SHARE_WARNING: Final = 0.10
FREE_SHARE_PROBLEM: Final = 0.02
NAMES_MAX: Final = 3

HEALTH_STEP: Final = "see which with `ottla cluster health`"


def judge_cluster(facts: ClusterFacts, bootstrap: Sequence[Address]) -> list[Check]:
    """Judge everything that was gathered."""
    cluster_id = facts.metadata.cluster_id
    checks = [
        judge_advertised(broker_id, found, cluster_id, bootstrap)
        for broker_id, found in facts.advertised.items()
    ]
    checks.append(judge_versions(facts))
    if facts.health is None:
        checks.append(Check("health", "cluster", Verdict.NOT_CHECKED, facts.failure))
    else:
        checks += [
            judge_controller(facts.health),
            judge_brokers(facts.health),
            judge_partitions(facts.health),
            judge_min_isr(facts.health),
        ]
    if facts.topics is None:
        checks.append(Check("internal topics", "cluster", Verdict.NOT_CHECKED, facts.failure))
    else:
        checks.append(judge_internal_topics(facts.topics, len(facts.metadata.brokers)))
    checks += judge_log_dirs(facts.log_dirs)
    checks.append(judge_clock(facts.clock))
    return checks


def judge_versions(facts: ClusterFacts) -> Check:
    """Compare what the brokers serve: it differs while an upgrade is under way, or forgotten."""
    served = {
        broker_id: found.identity.versions
        for broker_id, found in facts.advertised.items()
        if found.identity is not None
    }
    if not served:
        return Check("versions", "cluster", Verdict.NOT_CHECKED, "no broker could be asked")
    first, *others = served.items()
    different = [broker_id for broker_id, versions in others if versions != first[1]]
    if not different:
        found = "one broker" if len(served) == 1 else f"{len(served)} brokers, all alike"
        return Check("versions", "cluster", Verdict.OK, found)
    return Check(
        "versions",
        "cluster",
        Verdict.WARNING,
        f"brokers {_names(different)} serve other versions than broker {first[0]}",
        "finish the upgrade of all brokers",
    )


def judge_controller(health: Health) -> Check:
    """Judge whether anybody decides."""
    if health.controller_id < 0:
        return Check(
            "controller",
            "cluster",
            Verdict.PROBLEM,
            "there is none: leaders are not replaced and nothing can be changed",
            "check the brokers with the role controller, and the engine or quorum they vote in",
        )
    return Check("controller", "cluster", Verdict.OK, f"broker {health.controller_id}")


def judge_brokers(health: Health) -> Check:
    """Judge whether all registered brokers are in service."""
    if health.fenced:
        return Check(
            "brokers",
            "cluster",
            Verdict.PROBLEM,
            f"registered and not in service: {_names(health.fenced)}",
            "start them and see their logs; `ottla cluster decommission` if they are gone for good",
        )
    return Check(
        "brokers", "cluster", Verdict.OK, f"{_count(health.broker_count, 'broker')} in service"
    )


def judge_partitions(health: Health) -> Check:
    """Judge whether each partition has a leader and all its replicas."""
    bad = [
        f"{len(findings)} {words}"
        for findings, words in (
            (health.offline, "without a leader"),
            (health.under_replicated, "under-replicated"),
        )
        if findings
    ]
    if bad:
        found = f"of {_count(health.partition_count, 'partition')}: {', '.join(bad)}"
        return Check("partitions", "cluster", Verdict.PROBLEM, found, HEALTH_STEP)
    found = "none yet"
    if health.partition_count:
        found = f"{_count(health.partition_count, 'partition')}, all replicas in sync"
    return Check("partitions", "cluster", Verdict.OK, found)


def judge_min_isr(health: Health) -> Check:
    """Judge whether acks=all can be had; some topics can never give it."""
    name = "min.insync.replicas"
    impossible = sorted(
        {f.place.topic for f in health.under_min_isr if f.min_isr > len(f.replicas)}
    )
    if impossible:
        return Check(
            name,
            "cluster",
            Verdict.PROBLEM,
            f"more than there are replicas, so acks=all is refused: {_names(impossible)}",
            "lower it with `ottla configs alter topic`, or add replicas with "
            "`ottla topics reassign`",
        )
    if health.under_min_isr:
        found = f"{_count(len(health.under_min_isr), 'partition')} below it: acks=all is refused"
        return Check(name, "cluster", Verdict.PROBLEM, found, HEALTH_STEP)
    return Check(name, "cluster", Verdict.OK, "met by every partition")


def judge_internal_topics(topics: Iterable[TopicMetadata], broker_count: int) -> Check:
    """Judge whether offsets and transactions survive the loss of a broker."""
    internal = [topic for topic in topics if topic.is_internal and topic.partitions]
    single = [t.name for t in internal if any(len(p.replicas) < 2 for p in t.partitions)]
    if single and broker_count > 1:
        return Check(
            "internal topics",
            "cluster",
            Verdict.WARNING,
            f"one replica only, though there are {broker_count} brokers: {_names(single)}",
            "give them more with `ottla topics reassign`: when that broker is gone, so are "
            "the groups and transactions on it",
        )
    if not internal:
        return Check("internal topics", "cluster", Verdict.OK, "none yet")
    words = "replicated" if broker_count > 1 else "one replica, as there is one broker"
    return Check(
        "internal topics", "cluster", Verdict.OK, f"{_names([t.name for t in internal])}: {words}"
    )


def judge_log_dirs(log_dirs: Mapping[int, Sequence[LogDir]]) -> list[Check]:
    """Judge the disks of all brokers, as far as they tell; those with trouble, or one line."""
    bad: list[Check] = []
    least: float | None = None
    for broker_id, directories in log_dirs.items():
        for directory in directories:
            about = f"broker {broker_id} {directory.path}"
            if directory.error:
                bad.append(
                    Check(
                        "log directory",
                        about,
                        Verdict.PROBLEM,
                        f"out of service: {directory.error.name}",
                        "see the broker's log; restart the broker once the disk is mended",
                    )
                )
                continue
            if directory.total_bytes <= 0:
                continue
            share = directory.usable_bytes / directory.total_bytes
            least = share if least is None else min(least, share)
            if share < FREE_SHARE_WARNING:
                is_full = share < FREE_SHARE_PROBLEM
                bad.append(
                    Check(
                        "log directory",
                        about,
                        Verdict.PROBLEM if is_full else Verdict.WARNING,
                        f"{size_text(directory.usable_bytes)} free ({share:.0%})",
                        "add space, or shorten retention.ms or retention.bytes of large topics",
                    )
                )
    if bad:
        return bad
    if least is None:
        return [Check("log directories", "cluster", Verdict.NOT_CHECKED, "no broker tells")]
    found = f"online, at least {least:.0%} free on {_count(len(log_dirs), 'broker')}"
    return [Check("log directories", "cluster", Verdict.OK, found)]


def judge_clock(clock: ClockReading | None) -> Check:
    """Judge the controller's clock against ours; what the answer's way may explain is no fault."""
    name, about = "controller clock", "cluster"
    if clock is None:
        found = "it is not told; compare the output of `date` on each machine"
        return Check(name, about, Verdict.NOT_CHECKED, found)
    certain_ms = max(0.0, abs(clock.ahead_ms) - clock.uncertainty_ms)
    direction = "ahead of" if clock.ahead_ms > 0 else "behind"
    if certain_ms < CLOCK_WARNING_MS:
        return Check(name, about, Verdict.OK, "agrees with this machine's within a second")
    return Check(
        name,
        about,
        Verdict.PROBLEM if certain_ms >= CLOCK_PROBLEM_MS else Verdict.WARNING,
        f"{certain_ms / 1000:.1f} s {direction} this machine's",
        "synchronise both with NTP: retention, time-outs and timestamps go by these clocks",
    )


def _names(names: Sequence[object]) -> str:
    text = ", ".join(map(str, names[:NAMES_MAX]))
    return f"{text} and {len(names) - NAMES_MAX} more" if len(names) > NAMES_MAX else text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
