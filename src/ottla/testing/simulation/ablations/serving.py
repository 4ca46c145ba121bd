# SPDX-License-Identifier: Apache-2.0
"""Safeguards of serving: what clients are told, and when."""

from __future__ import annotations

from typing import Final

from ottla.testing.simulation.ablations.ablation import Ablation, rough
from ottla.testing.simulation.ablations.editing import Edit

_RUNTIME: Final = "coordinators.runtime:CoordinatorRuntime"

SERVING: Final[dict[str, Ablation]] = {
    "acknowledged-when-committed": Ablation(
        sentence="acks=all is answered once the high watermark is there.",
        answers="acks=all",
        edits=(
            Edit(
                "broker.commit_queue:CommitQueue.partition_advanced",
                "high_watermark = partition.high_watermark",
                "high_watermark = partition.log.log_end_offset",
            ),
            Edit(
                "replication.partition:Partition.is_acknowledged",
                "return not all_replicas or self.high_watermark >= end_offset",
                "return True",
            ),
        ),
        settings=rough("isolate", "pause", "kill"),
    ),
    "read-what-is-committed": Ablation(
        sentence="Consumers see nothing above the high watermark.",
        answers="KIP-392, bug 36",
        edits=(
            Edit(
                "broker.delayed_fetch:DelayedFetch._read_log",
                "end = partition.readable_end(committed_only=committed_only)",
                "end = partition.log.log_end_offset",
            ),
        ),
        settings=rough("isolate", "pause", "kill"),
    ),
    "producer-sequences": Ablation(
        sentence="A batch that is sent again is recognised.",
        answers="KIP-98, bug 19",
        edits=(
            Edit(
                "storage.producer_state:ProducerState.check",
                "raise ApiError(\n"
                "            ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,\n"
                '            f"producer {header.producer_id} sent sequence {base_sequence} "\n'
                '            f"after {last_sequence}",\n'
                "        )",
                "return None",
            ),
            Edit(
                "storage.producer_state:ProducerState.check",
                "return batch\n",
                "return None\n",
            ),
        ),
        settings=rough("drop", "cut", "kill"),
    ),
    "followers-know-producers": Ablation(
        sentence="A follower knows the producers of what it copies.",
        answers="KIP-98, bug 18",
        edits=(
            Edit(
                "storage.log_writer:LogWriter.append_copied",
                "producers.record(header, offset)",
                "pass",
            ),
        ),
        settings=rough("kill", "pause", "isolate"),
    ),
    "committed-when-committed": Ablation(
        sentence="A coordinator answers once what it wrote is committed.",
        answers="docs/decisions/0008",
        edits=(
            Edit(
                f"{_RUNTIME}._finish",
                "if host.partition.high_watermark >= host.end_offset and not host.waiting:",
                "if True:",
            ),
            Edit(
                f"{_RUNTIME}.write_encoded",
                "if host.partition.high_watermark >= host.end_offset and not host.waiting:",
                "if True:",
            ),
        ),
        settings=rough("isolate", "pause", "kill"),
    ),
    "loading": Ablation(
        sentence="A coordinator that has not read its partition answers nothing.",
        answers="bug 34",
        edits=(Edit(f"{_RUNTIME}._active", "if not host.is_active:", "if False:"),),
        settings=rough(at_once=1),
        provocations=("cold cache",),
        seeds_from=13,
    ),
}
