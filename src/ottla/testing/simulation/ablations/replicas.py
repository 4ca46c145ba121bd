# SPDX-License-Identifier: Apache-2.0
"""Safeguards of replication: what counts as committed, who is in sync, what is cut off."""

from __future__ import annotations

from typing import Final

from ottla.testing.simulation.ablations.ablation import IMPATIENT, SLOW_COPY, Ablation, rough
from ottla.testing.simulation.ablations.editing import Edit

_LEADERSHIP: Final = "replication.leadership:Leadership"
_PARTITION: Final = "replication.partition:Partition"
_FETCH: Final = "broker.delayed_fetch"

REPLICAS: Final[dict[str, Ablation]] = {
    "maximal-isr-shrinking": Ablation(
        sentence="Until the controller has decided, a replica that is to leave counts as in sync.",
        answers="KIP-497",
        edits=(
            Edit(
                "replication.isr:Shrinking.maximal",
                "return self.isr",
                "return self.isr - self.leaving",
            ),
        ),
        settings=rough("isolate", "one way", "cut", "kill", broker=IMPATIENT),
    ),
    "min-isr": Ablation(
        sentence="Nothing becomes committed while fewer than min.insync.replicas are in sync.",
        answers="KIP-966, bug 8",
        edits=(
            Edit(
                f"{_LEADERSHIP}.committed_end",
                "if len(isr.isr) < min(min_insync_replicas, self.replica_count):",
                "if False:",
            ),
        ),
        settings=rough("kill", pause_s=0.4, hold_s=2.0),
    ),
    "fetched-in-this-epoch": Ablation(
        sentence="The high watermark moves only on what followers fetched in this leader epoch.",
        answers="KIP-320, rule 3",
        edits=(
            Edit(
                f"{_LEADERSHIP}.committed_end",
                "return None  # it has not fetched in this epoch",
                "continue",
            ),
        ),
        settings=rough("kill", pause_s=0.4, hold_s=2.0),
    ),
    "truncate-to-high-watermark": Ablation(
        sentence="A follower cuts off what its leader lacks, not what it does not know committed.",
        answers="KIP-101, bug 1",
        edits=(
            Edit(
                f"{_PARTITION}.follow",
                "if was_leader:",
                "self.truncate(self.high_watermark)\n    if was_leader:",
            ),
        ),
        settings=rough("kill", pause_s=0.4, hold_s=2.0),
    ),
    "divergence": Ablation(
        sentence="A leader compares the epoch of a follower's last record before it answers.",
        answers="KIP-320, KIP-595; bug 2",
        edits=(
            Edit(
                f"{_FETCH}:_divergence",
                "if not is_follower and (asked.last_fetched_epoch < 0 or not partition.is_leader):",
                "if True:",
            ),
        ),
        settings=rough("isolate", "pause", "kill"),
    ),
    "join-at-high-watermark": Ablation(
        sentence="A follower joins only with everything that is committed.",
        answers="KIP-497",
        edits=(
            Edit(
                f"{_LEADERSHIP}.propose_join",
                "or follower.log_end_offset < high_watermark",
                "",
            ),
        ),
        settings=rough(
            seconds=12.0,
            partitions=3,
            at_once=1,
            is_restless=True,
            send_pause_s=0.05,
            broker=SLOW_COPY,
        ),
        provocations=("late follower",),
    ),
    "diverged-follower-counts": Ablation(
        sentence="What a follower has counts only when it agrees with its leader.",
        answers="KIP-320, rule 1",
        edits=(
            Edit(
                f"{_FETCH}:DelayedFetch.note_follower",
                "if _divergence(partition, asked, request.replica_id) is None:",
                "if True:",
            ),
        ),
        settings=rough(
            seconds=16.0,
            partitions=3,
            at_once=1,
            is_restless=True,
            send_pause_s=0.05,
            broker=SLOW_COPY,
        ),
        provocations=("successor dies",),
        seeds_from=1,
    ),
    "flushed-by-the-leader": Ablation(
        sentence="With flush.profile=ack a leader counts only what is on its disk.",
        answers="durability of acks=all without replicas",
        edits=(
            Edit(
                f"{_PARTITION}._advance",
                'if log.config.flush_profile == "ack" else',
                "if False else",
            ),
        ),
        settings=rough("power", "slow disk", pause_s=0.3, hold_s=1.0, is_flushed=True),
        seeds_from=34,
    ),
    "flushed-by-followers": Ablation(
        sentence="With flush.profile=ack a follower asks for more once what it has is on its disk.",
        answers="durability of acks=all",
        edits=(
            Edit(
                "broker.replica_fetching:ReplicaFetching._keep_promise",
                'if partition.log.config.flush_profile != "ack" or partition.log.is_offline:',
                "if True:",
            ),
        ),
        settings=rough("power", pause_s=0.3, hold_s=1.0, is_flushed=True),
    ),
    "high-watermark-after-restart": Ablation(
        sentence="After a restart nothing counts as committed that was not known to be.",
        answers="KIP-101",
        edits=(
            Edit(
                "replication.replica_manager:ReplicaManager._create",
                "if len(state.replicas) > 1:",
                "if False:",
            ),
        ),
        settings=rough("isolate", "kill", pause_s=0.4),
    ),
}
