# SPDX-License-Identifier: Apache-2.0
"""What becomes of keys and values, and what is said when nothing can."""

from __future__ import annotations

import pytest

from ottla.client.errors import SerializationError
from ottla.client.serializers import json_serializer, to_bytes


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (b"x", b"x"),
        (None, None),
        ("ü", b"\xc3\xbc"),
        (bytearray(b"x"), b"x"),
        (memoryview(b"x"), b"x"),
    ],
)
def test_without_a_serializer(value, encoded):
    """Bytes stay, text is UTF-8, None is null."""
    assert to_bytes("value", value, None) == encoded


def test_json():
    """Compact and in UTF-8."""
    assert to_bytes("value", {"a": ["ü", 1]}, json_serializer) == '{"a":["ü",1]}'.encode()


def test_what_cannot_be_bytes_is_named():
    """Type, value and the option that helps; a serializer's own failure is passed on."""
    with pytest.raises(SerializationError, match=r"the key 5 \(int\) is not .* a key_serializer"):
        to_bytes("key", 5, None)
    with pytest.raises(SerializationError, match=r"value_serializer failed on .*object"):
        to_bytes("value", object(), json_serializer)
    with pytest.raises(SerializationError, match=r"value_serializer returned 'text' \(str\)"):
        to_bytes("value", 1, lambda _: "text")
