# SPDX-License-Identifier: Apache-2.0
"""Claims about topic names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.controller.topic_names import Collisions, name_fault


@pytest.mark.parametrize("name", ["a", "A.b_c-9", "x" * 249, "...", "_", "-"])
def test_legal_names(name):
    """Letters, digits, dots, underscores and dashes, up to 249 of them."""
    assert name_fault(name) is None


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "x" * 250, "a b", "a/b", "../x", "a\x00", "a\n", "\u00e4", "a:b", "\u0661"],
)
def test_illegal_names(name):
    """Everything else is refused with a reason."""
    assert name_fault(name)


@given(st.text(max_size=300))
def test_a_legal_name_is_a_plain_file_name(name):
    """No legal name leaves the folder that it is put into."""
    if name_fault(name) is None:
        assert name not in {"", ".", ".."}
        assert "/" not in name
        assert name.isascii()
        assert name.isprintable()


def test_collisions():
    """Names that differ only by dot against underscore collide."""
    names = Collisions(["a.b", "plain"])
    assert names.with_name("a_b") == "a.b"
    assert names.with_name("a-b") is None
    assert names.with_name("plain2") is None
    names.add("x_y")
    assert names.with_name("x.y") == "x_y"
