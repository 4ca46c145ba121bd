# SPDX-License-Identifier: Apache-2.0
"""Safeguards of replication: what counts as committed, who is in sync, what is cut off."""

from __future__ import annotations

from typing import Final

from ottla.testing.simulation.ablations.ablation import Ablation, rough
from ottla.testing.simulation.ablations.editing import Edit

_LEADERSHIP: Final = "replication.leadership:Leadership"
_PARTITION: Final = "replication.partition:Partition"
_FETCH: Final = "broker.delayed_fetch"

SLOW_COPY: Final = {"replica.fetch.max.bytes": "1", "replica.fetch.response.max.bytes": "1"}
"""One batch with each answer: followers catch up in many steps."""

IMPATIENT: Final = {"replica.lag.time.max.ms": "1000"}
"""Followers that fall behind leave soon."""

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
                "if asked.last_fetched_epoch < 0 and not is_follower:",
                "if True:",
            ),
        ),
        settings=rough("isolate", "pause", "kill"),
    ),
}
