# SPDX-License-Identifier: Apache-2.0
"""Claims about keys and values: what is written is read, names sort as offsets do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.metadata.engines import layout
from ottla.metadata.engines.layout import ClaimValue, HeadValue, Layout, StoredSnapshot
from ottla.metadata.journal import WrongCluster

offsets = st.integers(0, 2**63 - 1)
numbers = st.integers(0, 2**31 - 1)


@given(broker_id=numbers, epoch=numbers, offset=offsets, count=st.integers(1, 9999))
def test_values_round_trip(broker_id, epoch, offset, count):
    """Every value reads back as it was."""
    claim = ClaimValue(broker_id, epoch, "abc")
    assert layout.decode_claim(layout.encode_claim(claim)) == claim
    head = HeadValue(epoch, offset)
    assert layout.decode_head(layout.encode_head(head)) == head
    assert layout.decode_epoch(layout.encode_epoch(epoch)) == epoch
    snapshots = [StoredSnapshot(offset, epoch, count, "00ff00ff")]
    assert layout.decode_snapshots(layout.encode_snapshots(snapshots)) == snapshots
    assert layout.decode_cluster(layout.encode_cluster("id")) == "id"


@given(first=offsets, second=offsets)
def test_names_sort_as_offsets(first, second):
    """Listing keys gives them in the order of the log."""
    assert (layout.offset_name(first) < layout.offset_name(second)) == (first < second)


def test_pieces_of_a_snapshot():
    """The keys of a snapshot are in order, and each says to which snapshot it belongs."""
    keys = Layout("/r").pieces(StoredSnapshot(7, 1, 3, "00ff00ff"))
    assert keys == sorted(keys)
    assert [layout.snapshot_of_piece(key.rpartition("/")[2]) for key in keys] == [
        (7, "00ff00ff")
    ] * 3


def test_a_newer_format_is_refused():
    """A cluster that a later version keeps in another way is not guessed at."""
    with pytest.raises(WrongCluster, match="format 2"):
        layout.decode_cluster(b'{"id":"x","format":2}')


def test_something_else_under_the_keys_is_refused():
    """A root that another system uses is told from a cluster."""
    with pytest.raises(WrongCluster, match="JSON"):
        layout.decode_head(b"\xff\xff")
