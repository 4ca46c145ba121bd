# SPDX-License-Identifier: Apache-2.0
"""The one place where changes of partitions are made: who leads, who is in sync, who may lead.

Whatever happens to a partition (a broker goes or comes, its leader proposes in-sync replicas,
replicas move) ends in `partition_change`: it is told what is to become of the in-sync set and of
the replicas, completes a move whose new replicas are all in sync, elects, and returns the record
or None when nothing changes. The rules of an election, first match wins:

    leader                                              in-sync replicas afterwards
    --------------------------------------------------  -----------------------------------
    the present one, live and in sync                   as they are
    the first replica that is live and in sync          as they are
    the present one, in sync, in controlled shutdown    as they are
    the first live eligible leader replica              itself
    the last known leader, when nobody else can be      itself, recovering
    any live replica, where that is allowed             itself, recovering
    nobody                                              as they are

Eligible leader replicas (ELR, KIP-966) left the in-sync set when it was, or fell, below the
effective minimum (`min.insync.replicas`, or the number of replicas if that is less). A leader
below the minimum moves no high watermark, so they hold every acknowledged record; as soon as the
set has the minimum again, they are forgotten. Therefore the in-sync set may become empty, and the
last known leader is kept for the case that no eligible replica is left either (each one lost what
it had not flushed): it leads again when it comes back, marked as recovering. Without the feature
the last members of the in-sync set stay in it, dead or alive.

Invariants of every result: in-sync and eligible replicas are replicas, nobody is both, a set of
the minimal size or above leaves nobody eligible; a leader is in sync. The leader epoch rises when
the record names a leader: when it changes, and when a replica is dropped, so that nothing sent
before still counts (KIP-570).
"""

from __future__ import annotations

import enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ottla.base.errors import ConfigError
from ottla.base.ids import ZERO_UUID
from ottla.controller.features import ELR_VERSION
from ottla.metadata.config_keys.resources import TOPIC_KEYS
from ottla.metadata.configs import TopicConfigs
from ottla.metadata.image import NO_LEADER, ResourceType
from ottla.protocol.messages.cluster_metadata import PartitionChangeRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ottla.metadata.configs import BrokerTexts
    from ottla.metadata.image import ClusterImage, PartitionImage, TopicImage

RECOVERED = 0
RECOVERING = 1

_NOBODY: frozenset[int] = frozenset()


class Election(enum.Enum):
    """What an election prefers."""

    KEEP = enum.auto()
    """The present leader, as long as it can lead."""
    PREFERRED = enum.auto()
    """The first replica, if it is live and in sync."""
    RENEW = enum.auto()
    """The present leader, in a new leader epoch: its log may have lost its tail."""


class Circumstances(NamedTuple):
    """What an election depends on besides the partition itself."""

    live: frozenset[int]
    """Brokers that may become leaders."""
    leaving: frozenset[int] = _NOBODY
    """Brokers in controlled shutdown: they go on leading while nobody in sync can take over."""
    min_isr: int = 1
    """`min.insync.replicas` of the topic."""
    allows_unclean: bool = False
    keeps_elr: bool = True
    """Whether eligible leader replicas are tracked (feature eligible.leader.replicas.version)."""


def target_replicas(partition: PartitionImage) -> tuple[int, ...]:
    """Return the replicas that the partition has once its move, if any, is complete."""
    removing = partition.removing_replicas
    if not removing:
        return partition.replicas
    return tuple(b for b in partition.replicas if b not in removing)


def partition_change(
    topic_id: bytes,
    partition: PartitionImage,
    circumstances: Circumstances,
    *,
    isr: Collection[int] | None = None,
    replicas: tuple[int, ...] | None = None,
    removing: tuple[int, ...] | None = None,
    adding: tuple[int, ...] | None = None,
    unclean: Collection[int] = _NOBODY,
    election: Election = Election.KEEP,
    recovery_state: int | None = None,
) -> PartitionChangeRecord | None:
    """Return the record that brings about what is asked for, or None when all is so already.

    `isr`, `replicas`, `removing` and `adding` are targets; None leaves them as they are.
    `unclean` names replicas that may have lost acknowledged records: they leave the in-sync set
    and are not eligible.
    """
    draft = _Draft(partition, circumstances, unclean)
    if replicas is not None:
        assert replicas, partition
        draft.replicas = replicas
    if removing is not None:
        draft.removing = removing
    if adding is not None:
        draft.adding = adding
    if isr is not None:
        draft.isr = tuple(b for b in isr if b not in unclean)
    if recovery_state is not None:
        draft.recovery_state = recovery_state
    draft.settle_isr()
    draft.complete_move()
    draft.elect(election)
    draft.complete_move()  # the election may have left the one new replica alone in sync
    draft.settle_elr()
    draft.check()
    return draft.record(topic_id, renews=election is Election.RENEW)


class _Draft:
    """A partition while its change is being worked out."""

    def __init__(
        self, before: PartitionImage, circumstances: Circumstances, unclean: Collection[int]
    ) -> None:
        self._before = before
        self._circumstances = circumstances
        self._unclean = unclean
        self.leader = before.leader
        self.replicas = before.replicas
        self.isr = tuple(b for b in before.isr if b not in unclean)
        self.removing = before.removing_replicas
        self.adding = before.adding_replicas
        self.elr = before.eligible_leader_replicas
        self.last_known = before.last_known_elr
        self.recovery_state = before.leader_recovery_state

    def settle_isr(self) -> None:
        """Put the in-sync set into the order of the replicas; see that it may be empty."""
        self.isr = self._among_replicas(self.isr)
        if not self.isr and not self._circumstances.keeps_elr:
            self.isr = self._among_replicas(self._before.isr)
        self.elr = self._eligible()

    def complete_move(self) -> None:
        """Drop the old replicas once all of the new ones are in sync."""
        if not (self.removing or self.adding):
            return
        target = tuple(b for b in self.replicas if b not in self.removing)
        if target and set(target).issubset(self.isr):
            self.replicas = self.isr = target
            self.removing = self.adding = ()
            self.elr = self._eligible()

    def elect(self, election: Election) -> None:
        """Find the leader by the table of the module."""
        live, leaving = self._circumstances.live, self._circumstances.leaving
        preferred = self.replicas[0]
        if election is Election.PREFERRED and preferred in self.isr and preferred in live:
            self.leader = preferred
        if self.leader in self.isr and self.leader in live:
            return
        leader = self._first_live(self.isr)
        if leader == NO_LEADER and self.leader in self.isr and self.leader in leaving:
            return
        if leader == NO_LEADER:
            leader = self._first_live(self.elr)
            if leader != NO_LEADER:
                self.isr = (leader,)
        if leader == NO_LEADER:
            leader = self._last_resort()
            if leader != NO_LEADER:
                self.isr = (leader,)
                self.recovery_state = RECOVERING
        self.leader = leader

    def settle_elr(self) -> None:
        """Say who is eligible and who led last, now that the in-sync set is final."""
        self.elr = self._eligible()
        if not self._circumstances.keeps_elr:
            self.last_known = self.last_known if not self.isr else ()
        elif len(self.isr) >= self._isr_minimum():
            self.last_known = ()
        elif self.isr:
            self.last_known = self._among_replicas(self.last_known)
        else:
            self.last_known = self._last_leader()

    def check(self) -> None:
        """Assert the invariants of the module."""
        assert set(self.isr) <= set(self.replicas), self.isr
        assert set(self.elr) <= set(self.replicas), self.elr
        assert not set(self.isr) & set(self.elr), (self.isr, self.elr)
        assert self.leader == NO_LEADER or self.leader in self.isr, self.leader

    def record(self, topic_id: bytes, *, renews: bool) -> PartitionChangeRecord | None:
        """Return what differs as a record."""
        before = self._before
        record = PartitionChangeRecord(partition_id=before.partition_id, topic_id=topic_id)
        drops = not set(before.replicas).issubset(self.replicas)
        is_changed = False
        if self.leader != before.leader or drops or renews:
            record.leader = self.leader
            is_changed = True
        if self.recovery_state != before.leader_recovery_state:
            record.leader_recovery_state = self.recovery_state
            is_changed = True
        if set(self.isr) != set(before.isr):
            record.isr = list(self.isr)
            is_changed = True
        if self.replicas != before.replicas:
            record.replicas = list(self.replicas)
            record.directories = self._directories()
            is_changed = True
        if self.removing != before.removing_replicas:
            record.removing_replicas = list(self.removing)
            is_changed = True
        if self.adding != before.adding_replicas:
            record.adding_replicas = list(self.adding)
            is_changed = True
        if set(self.elr) != set(before.eligible_leader_replicas):
            record.eligible_leader_replicas = list(self.elr)
            is_changed = True
        if self.last_known != before.last_known_elr:
            record.last_known_elr = list(self.last_known)
            is_changed = True
        return record if is_changed else None

    def _eligible(self) -> tuple[int, ...]:
        before = self._before
        if len(self.isr) >= self._isr_minimum():
            return ()
        if not self._circumstances.keeps_elr:
            # Those that an earlier level left behind may still save a partition without a leader.
            return () if self.isr else self._among_replicas(before.eligible_leader_replicas)
        complete = {*before.isr, *before.eligible_leader_replicas}
        complete.difference_update(self.isr, self._unclean)
        return self._among_replicas(complete)

    def _last_resort(self) -> int:
        """Return a leader that may lack acknowledged records, if one may be had."""
        if self._circumstances.keeps_elr and not self.isr and not self.elr:
            leader = self._first_live(self._last_leader())
            if leader != NO_LEADER:
                return leader
        if not self._circumstances.allows_unclean:
            return NO_LEADER
        settled = [b for b in self.replicas if b not in self.adding]
        leader = self._first_live(settled)
        return leader if leader != NO_LEADER else self._first_live(self.adding)

    def _last_leader(self) -> tuple[int, ...]:
        """Return who led last, as last_known_elr of a partition without in-sync replicas."""
        before = self._before
        if before.leader in self.replicas:
            return (before.leader,)
        if before.last_known_elr:
            return self._among_replicas(before.last_known_elr)
        # Nobody led when the last candidates lost their claim: the first of them has to do.
        return self._among_replicas({*before.isr, *before.eligible_leader_replicas})[:1]

    def _isr_minimum(self) -> int:
        return min(self._circumstances.min_isr, len(self.replicas))

    def _among_replicas(self, broker_ids: Collection[int]) -> tuple[int, ...]:
        return tuple([b for b in self.replicas if b in broker_ids])

    def _first_live(self, broker_ids: Collection[int]) -> int:
        live = self._circumstances.live
        return next((b for b in self.replicas if b in broker_ids and b in live), NO_LEADER)

    def _directories(self) -> list[bytes] | None:
        """Return the log directories in the order of the new replicas, if they are known."""
        before = self._before
        if not before.directories:
            return None
        known = dict(zip(before.replicas, before.directories, strict=False))
        return [known.get(b, ZERO_UUID) for b in self.replicas]


class PartitionDefaults(NamedTuple):
    """What holds for topics that do not say otherwise themselves."""

    min_isr: int
    allows_unclean: bool

    @classmethod
    def of(cls, settings: BrokerTexts) -> PartitionDefaults:
        """Read them from the broker's settings."""
        default = TopicConfigs(settings).default
        return cls(default.min_insync_replicas, default.unclean_leader_election_enable)


class PartitionRules:
    """Makes changes of partitions on one image: knows who is live, and what each topic wants.

    Used by one decision; the next one begins with those `on` its own image.
    """

    def __init__(self, image: ClusterImage, defaults: PartitionDefaults) -> None:
        self._image = image
        self._defaults = defaults
        self._by_topic: dict[str, Circumstances] = {}

    @cached_property
    def _base(self) -> Circumstances:
        """What holds for every topic; most heartbeats never ask."""
        brokers = self._image.brokers.values()
        return Circumstances(
            live=frozenset(b.broker_id for b in brokers if b.is_live),
            leaving=frozenset(
                b.broker_id for b in brokers if b.in_controlled_shutdown and not b.fenced
            ),
            keeps_elr=self._image.features.get(ELR_VERSION, 0) > 0,
        )

    def on(self, image: ClusterImage) -> PartitionRules:
        """Return the same rules for another image.

        Most records change partitions only. Who is live is then not gathered again, which takes
        longer than most decisions when there are a thousand brokers.
        """
        rules = PartitionRules(image, self._defaults)
        before = self._image
        if image.brokers is before.brokers and image.features is before.features:
            rules._base = self._base
        return rules

    @property
    def live(self) -> frozenset[int]:
        """Brokers that may become leaders."""
        return self._base.live

    def min_isr(self, text: str | None) -> int:
        """Return the required in-sync replicas of a topic whose own setting is this text."""
        return cast("int", _parsed(text, "min.insync.replicas", self._defaults.min_isr))

    def after(
        self,
        *,
        live: Iterable[int] = (),
        leaving: Iterable[int] = (),
        gone: Iterable[int] = (),
        keeps_elr: bool | None = None,
    ) -> PartitionRules:
        """Return the rules that hold once these brokers are in that state."""
        live, leaving = frozenset(live), frozenset(leaving)
        others = live | leaving | frozenset(gone)
        rules = PartitionRules(self._image, self._defaults)
        rules._base = self._base._replace(
            live=(self._base.live - others) | live,
            leaving=(self._base.leaving - others) | leaving,
            keeps_elr=self._base.keeps_elr if keeps_elr is None else keeps_elr,
        )
        return rules

    def circumstances(self, topic_name: str) -> Circumstances:
        """Return what elections in the topic depend on."""
        known = self._by_topic.get(topic_name)
        if known is None:
            texts = self._image.config(ResourceType.TOPIC, topic_name)
            min_isr, allows_unclean = self._defaults
            if texts:
                min_isr = self.min_isr(texts.get("min.insync.replicas"))
                allows_unclean = _parsed(
                    texts.get("unclean.leader.election.enable"),
                    "unclean.leader.election.enable",
                    allows_unclean,
                )
            known = self._base._replace(min_isr=min_isr, allows_unclean=allows_unclean)
            self._by_topic[topic_name] = known
        return known

    def change(
        self,
        topic: TopicImage,
        partition: PartitionImage,
        *,
        isr: Collection[int] | None = None,
        replicas: tuple[int, ...] | None = None,
        removing: tuple[int, ...] | None = None,
        adding: tuple[int, ...] | None = None,
        unclean: Collection[int] = _NOBODY,
        election: Election = Election.KEEP,
        recovery_state: int | None = None,
        allows_unclean: bool | None = None,
    ) -> PartitionChangeRecord | None:
        """Return the record of a change; see `partition_change`."""
        circumstances = self.circumstances(topic.name)
        if allows_unclean is not None:
            circumstances = circumstances._replace(allows_unclean=allows_unclean)
        return partition_change(
            topic.topic_id,
            partition,
            circumstances,
            isr=isr,
            replicas=replicas,
            removing=removing,
            adding=adding,
            unclean=unclean,
            election=election,
            recovery_state=recovery_state,
        )


def _parsed(text: str | None, name: str, fallback: Any) -> Any:
    """Return a topic's own value; texts that another version wrote badly count as unset."""
    if text is None:
        return fallback
    try:
        return TOPIC_KEYS[name].parse(text)
    except ConfigError:
        return fallback
