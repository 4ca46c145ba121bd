# SPDX-License-Identifier: Apache-2.0
"""Keys of transactions and of idempotent producers."""

from __future__ import annotations

from ottla.base.config_def import at_least
from ottla.metadata.config_keys.notation import BOOLEAN, CLUSTER_WIDE, INT, SHORT, inert, key

KEYS = (
    key(
        "add.partitions.to.txn.retry.backoff.max.ms",
        INT,
        100,
        "Longest pause before a partition is offered again to a busy transaction.",
        at_least(0),
    ),
    key(
        "add.partitions.to.txn.retry.backoff.ms",
        INT,
        20,
        "First pause before a partition is offered again to a busy transaction.",
        at_least(1),
    ),
    key(
        "producer.id.expiration.check.interval.ms",
        INT,
        600_000,
        "Pause between searches for expired producers.",
        at_least(1),
        is_internal=True,
    ),
    key(
        "producer.id.expiration.ms",
        INT,
        86_400_000,
        "How long the last sequence numbers of an idle producer are remembered.",
        at_least(1),
        mode=CLUSTER_WIDE,
    ),
    key(
        "transaction.abort.timed.out.transaction.cleanup.interval.ms",
        INT,
        10000,
        "Pause between searches for transactions that took too long.",
        at_least(1),
    ),
    key(
        "transaction.max.timeout.ms",
        INT,
        900_000,
        "Longest transaction timeout that a producer may ask for.",
        at_least(1),
    ),
    key(
        "transaction.partition.verification.enable",
        BOOLEAN,
        True,
        "Check before a transactional write that the partition belongs to the transaction.",
        mode=CLUSTER_WIDE,
    ),
    key(
        "transaction.remove.expired.transaction.cleanup.interval.ms",
        INT,
        3_600_000,
        "Pause between searches for expired transactional ids.",
        at_least(1),
    ),
    key(
        "transaction.state.log.load.buffer.size",
        INT,
        5_242_880,
        "Bytes read at a time while transaction state is loaded.",
        at_least(1),
    ),
    key(
        "transaction.state.log.min.isr",
        INT,
        2,
        "In-sync replicas that a write to the topic of transaction state needs.",
        at_least(1),
    ),
    key(
        "transaction.state.log.num.partitions",
        INT,
        50,
        "Partitions of the topic of transaction state.",
        at_least(1),
    ),
    key(
        "transaction.state.log.replication.factor",
        SHORT,
        3,
        "Copies of the topic of transaction state, at most one for each live broker.",
        at_least(1),
    ),
    key(
        "transaction.state.log.segment.bytes",
        INT,
        104_857_600,
        "Segment size of the topic of transaction state.",
        at_least(1),
    ),
    inert(
        "transaction.two.phase.commit.enable",
        BOOLEAN,
        False,
        "Let an outside coordinator decide transactions in two phases.",
    ),
    key(
        "transactional.id.expiration.ms",
        INT,
        604_800_000,
        "How long an idle transactional id is remembered.",
        at_least(1),
    ),
)
