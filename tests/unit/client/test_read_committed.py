# SPDX-License-Identifier: Apache-2.0
"""Hiding aborted transactions, against a model that knows how each transaction ended."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ottla.client.read_committed import AbortedTransactions
from ottla.protocol.messages.fetch import AbortedTransaction
from ottla.records.batch import read_header
from ottla.records.builder import build_batch
from ottla.records.control import TransactionMarker, build_transaction_marker
from ottla.records.record import Record

# A log is a list of steps: which producer does what.
steps_strategy = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from(["write", "plain", "commit", "abort"])),
    max_size=40,
)


def log_of(steps):
    """Return [(batch, is visible)] and the aborted transactions of a made-up history."""
    batches, aborted, open_since, members = [], [], {}, {}
    for offset, (producer_id, step) in enumerate(steps):
        if step in ("commit", "abort"):
            if producer_id not in open_since:
                continue
            marker = TransactionMarker(step == "commit", 0)
            batch = build_transaction_marker(
                marker, producer_id=producer_id, producer_epoch=0, timestamp_ms=1, offset=offset
            )
            batches.append([batch, False])
            if step == "abort":
                aborted.append(
                    AbortedTransaction(
                        producer_id=producer_id, first_offset=open_since[producer_id]
                    )
                )
                for index in members[producer_id]:
                    batches[index][1] = False
            del open_since[producer_id]
            continue
        is_transactional = step == "write"
        if is_transactional:
            if producer_id not in open_since:
                open_since[producer_id] = offset
                members[producer_id] = []
            members[producer_id].append(len(batches))
        elif producer_id in open_since:
            continue  # a producer is transactional or is not
        record = Record(offset, 1, None, b"v")
        batch = build_batch(
            [record],
            producer_id=producer_id,
            producer_epoch=0,
            base_sequence=0,
            transactional=is_transactional,
        )
        batches.append([batch, True])
    return batches, aborted


@given(steps_strategy, st.integers(1, 5))
def test_hides_exactly_what_was_aborted(steps, fetch_size):
    """Whatever interleaving of transactions, batches are hidden when and only when aborted."""
    batches, aborted = log_of(steps)
    reader = AbortedTransactions()
    for first in range(0, len(batches), fetch_size):
        piece = batches[first : first + fetch_size]
        low = read_header(piece[0][0]).base_offset
        reader.add([entry for entry in aborted if _may_concern(entry, low, batches)])
        for batch, is_visible in piece:
            header = read_header(batch)
            assert reader.hides(header, memoryview(batch)) == (not is_visible)


def _may_concern(entry, low, batches):
    """Say whether a broker would list a transaction for a fetch from `low` on."""
    ends = [
        header.base_offset
        for header in (read_header(batch) for batch, _ in batches)
        if header.is_control
        and header.producer_id == entry.producer_id
        and header.base_offset > entry.first_offset
    ]
    return min(ends) >= low
