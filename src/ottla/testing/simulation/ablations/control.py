# SPDX-License-Identifier: Apache-2.0
"""Safeguards of control: who may lead, who decides, and what of it holds."""

from __future__ import annotations

from typing import Final

from ottla.testing.simulation.ablations.ablation import IMPATIENT, Ablation, rough
from ottla.testing.simulation.ablations.editing import Edit

_DRAFT: Final = "controller.partition_change:_Draft"
_ISR: Final = "controller.isr_changes"

CONTROL: Final[dict[str, Ablation]] = {
    "leader-epoch-rises": Ablation(
        sentence="Every election begins a new leader epoch.",
        answers="KIP-320",
        edits=(
            Edit(
                "metadata.image:merge_change",
                "before.leader_epoch + has_leader,",
                "before.leader_epoch,",
            ),
        ),
        settings=rough("kill", "isolate"),
    ),
    "clean-election": Ablation(
        sentence="Nobody leads who was neither in sync nor eligible.",
        answers="KIP-966, unclean.leader.election.enable",
        edits=(
            Edit(
                f"{_DRAFT}._last_resort",
                "if not self._circumstances.allows_unclean:",
                "if False:",
            ),
        ),
        settings=rough("kill", "isolate", pause_s=0.4),
    ),
    "eligible-replicas": Ablation(
        sentence="Whoever left the in-sync set below its minimum stays eligible; others do not.",
        answers="KIP-966, bug 9",
        edits=(
            Edit(
                f"{_DRAFT}._eligible",
                "if len(self.isr) >= self._isr_minimum():\n        return ()",
                "if len(self.isr) >= self._isr_minimum():\n"
                "        return self._among_replicas({*before.replicas} - {*self.isr})",
            ),
        ),
        settings=rough("kill", "isolate", pause_s=0.4),
    ),
    "eligible-after-loss": Ablation(
        sentence="A broker that may have lost records is not eligible when it registers.",
        answers="KIP-966, bug 9",
        edits=(
            Edit(
                "controller.brokers:register",
                "unclean=_NOBODY if stopped_cleanly else gone",
                "unclean=_NOBODY",
            ),
        ),
        settings=rough("kill", "power", pause_s=0.4, hold_s=2.0),
    ),
    "bounce": Ablation(
        sentence="A broker that comes back within its session has left every in-sync set.",
        answers="KIP-380, bug 11",
        edits=(
            Edit(
                "controller.brokers:register",
                "return Decision([broker_record(broker), *changes], offset)",
                "return Decision([broker_record(broker)], offset)",
            ),
        ),
        settings=rough("power", "kill", pause_s=0.4, hold_s=0.2),
    ),
    "boot": Ablation(
        sentence="After a power cut a broker does not claim to have everything that it wrote.",
        answers="KIP-966",
        edits=(
            Edit(
                "storage.log_directory:LogDirectory._is_of_this_boot",
                'if key not in {"pid", "brokerEpoch"}',
                'if key not in {"pid", "brokerEpoch", "bootId"}',
            ),
        ),
        settings=rough("power", "kill", pause_s=0.4, hold_s=2.0),
    ),
    "known-incarnation": Ablation(
        sentence="A broker leads nothing before the controller knows this very process.",
        answers="KIP-380, bug 11",
        edits=(
            Edit(
                "replication.replica_manager:ReplicaManager._find_itself",
                "return broker is not None and broker.incarnation_id == self._incarnation_id",
                "return True",
            ),
        ),
        settings=rough("power", "kill", pause_s=0.4, hold_s=0.5),
    ),
    "controller-fenced": Ablation(
        sentence="The engine takes records only from the controller of the present epoch.",
        answers="metadata.journal",
        edits=(
            Edit(
                "metadata.engines.memory:MemoryEngine.append",
                "if claim is None or claim.engine is not self "
                "or claim.controller_epoch != controller_epoch:",
                "if False:",
            ),
        ),
        settings=rough("pause", "engine cut", "sessions"),
    ),
    "proposals-of-the-past": Ablation(
        sentence="A proposal about a state that is over is refused.",
        answers="KIP-497, bug 7",
        edits=(
            Edit(
                f"{_ISR}:_state_fault",
                "if proposal.leader_epoch < before.leader_epoch:",
                "if False:",
            ),
            Edit(f"{_ISR}:_state_fault", "if leader_id != before.leader:", "if False:"),
            Edit(
                f"{_ISR}:_proposal_fault",
                "if proposal.partition_epoch < before.partition_epoch:",
                "if False:",
            ),
            Edit(f"{_ISR}:_proposal_fault", "if before.leader not in members:", "if False:"),
        ),
        settings=rough(seconds=15.0, partitions=3, at_once=1, is_restless=True, broker=IMPATIENT),
        provocations=("zombie",),
    ),
    "expected-offset": Ablation(
        sentence="The engine takes records only where the controller believes the journal ends, "
        "and the controller believes nothing of an append without an answer.",
        answers="metadata.journal",
        edits=(
            Edit(
                "metadata.engines.memory:MemoryEngine.append",
                "if expected_offset != cluster.next_offset:",
                "if False:",
            ),
            Edit(
                "broker.active_controller:ActiveController._serve",
                "except JournalConflict:",
                "except EngineUnavailable:\n                continue\n"
                "            except JournalConflict:",
            ),
        ),
        settings=rough("engine lies", "kill", "sessions"),
    ),
}
