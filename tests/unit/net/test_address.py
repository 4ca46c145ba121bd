# SPDX-License-Identifier: Apache-2.0
"""Addresses as users type them."""

from __future__ import annotations

import pytest

from ottla.net.address import Address, parse_address, parse_addresses


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("localhost:9093", "localhost", 9093),
        ("kafka", "kafka", 9092),
        (":9094", "127.0.0.1", 9094),
        ("[::1]:9095", "::1", 9095),
        ("[fe80::1]", "fe80::1", 9092),
        (" 10.0.0.1:1 ", "10.0.0.1", 1),
    ],
)
def test_good_addresses(text, host, port):
    """Host, port and their defaults are found."""
    assert parse_address(text) == (host, port)


@pytest.mark.parametrize(
    "text", ["a:b", "a:", "a:0", "a:65536", "::1", "1:2:3", "[::1", "[::1]9092", "a:-1", "a:٣"]
)
def test_bad_addresses(text):
    """What is not an address is refused with a sentence that repeats it."""
    with pytest.raises(ValueError, match=r"is not|ambiguous"):
        parse_address(text)


def test_lists():
    """Several addresses have commas between; an empty list is refused."""
    assert parse_addresses("a:1, b:2,") == (Address("a", 1), Address("b", 2))
    with pytest.raises(ValueError, match="missing"):
        parse_addresses(" , ")


@pytest.mark.parametrize("text", ["localhost:9093", "[::1]:9095"])
def test_text_form(text):
    """An address prints as it was typed."""
    assert str(parse_address(text)) == text
