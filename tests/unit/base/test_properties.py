# SPDX-License-Identifier: Apache-2.0
"""Claims about the syntax of properties files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.base.errors import ConfigError
from ottla.base.properties import parse_properties, read_properties


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("a=b", {"a": "b"}),
        ("  a  =  b c ", {"a": "b c "}),
        ("a:b", {"a": "b"}),
        ("a b", {"a": "b"}),
        ("a", {"a": ""}),
        ("a=", {"a": ""}),
        ("# no\n! no\n\n  # no\na=1 # yes", {"a": "1 # yes"}),
        ("a=one,\\\n   two", {"a": "one,two"}),
        ("a=one\\\\\nb=2", {"a": "one\\", "b": "2"}),
        ("a=b\\\n# c", {"a": "b# c"}),
        ("a\\=b\\ c=d", {"a=b c": "d"}),
        ("a=\\t\\n\\u00e9\\x", {"a": "\t\n\u00e9x"}),
        ("a=\\ud83d\\ude00", {"a": "\U0001f600"}),
        ("a=1\r\nb=2\rc=3", {"a": "1", "b": "2", "c": "3"}),
        ("a=1\na=2", {"a": "2"}),
        ("a=b\\", {"a": "b"}),
        ("a==b", {"a": "=b"}),
    ],
)
def test_syntax(text, settings):
    """Comments, separators, continuation lines and escapes read as users of Kafka expect."""
    assert parse_properties(text) == settings


@given(st.text())
def test_any_text_parses(text):
    """No input raises: a properties file has no wrong syntax."""
    assert all(isinstance(value, str) for value in parse_properties(text).values())


def test_latin_1_files_are_read(tmp_path):
    """A file that is not UTF-8 is taken as Latin-1."""
    path = tmp_path / "server.properties"
    path.write_bytes(b"a=\xe9")
    assert read_properties(str(path)) == {"a": "\u00e9"}


def test_a_missing_file_is_a_config_error(tmp_path):
    """The error names the path."""
    path = str(tmp_path / "absent")
    with pytest.raises(ConfigError, match="absent"):
        read_properties(path)
