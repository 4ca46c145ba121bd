# SPDX-License-Identifier: Apache-2.0
"""Claims about configuration keys: text in, typed value out, or an error that helps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.base import config_def as c
from ottla.base.errors import ConfigError


def key(kind, default=None, validator=None):
    """Make a key named k."""
    return c.ConfigKey("k", kind, default, "What it is.", validator)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (c.ConfigType.BOOLEAN, " TRUE ", True),
        (c.ConfigType.BOOLEAN, "false", False),
        (c.ConfigType.INT, "-2147483648", -(2**31)),
        (c.ConfigType.INT, "+7", 7),
        (c.ConfigType.SHORT, "32767", 32767),
        (c.ConfigType.LONG, "9223372036854775807", 2**63 - 1),
        (c.ConfigType.DOUBLE, "0.5", 0.5),
        (c.ConfigType.DOUBLE, "1.7976931348623157E308", 1.7976931348623157e308),
        (c.ConfigType.LIST, "a, b ,c", ("a", "b", "c")),
        (c.ConfigType.LIST, "", ()),
        (c.ConfigType.STRING, " x ", "x"),
        (c.ConfigType.CLASS, "org.example.Class", "org.example.Class"),
        (c.ConfigType.PASSWORD, "secret", "secret"),
    ],
)
def test_texts_become_values(kind, text, value):
    """Every type takes the spellings that Kafka's files use; blanks around do not count."""
    assert key(kind).parse(text) == value


@pytest.mark.parametrize(
    ("kind", "text", "hint"),
    [
        (c.ConfigType.BOOLEAN, "yes", "true or false"),
        (c.ConfigType.INT, "2147483648", "between -2147483648 and 2147483647"),
        (c.ConfigType.SHORT, "-32769", "between -32768 and 32767"),
        (c.ConfigType.LONG, "9" * 400, "between"),
        (c.ConfigType.INT, "1_000", "whole number"),
        (c.ConfigType.INT, "", "whole number"),
        (c.ConfigType.INT, "-", "whole number"),
        (c.ConfigType.INT, "٣", "whole number"),
        (c.ConfigType.INT, "1.0", "whole number"),
        (c.ConfigType.DOUBLE, "nan", "a number"),
        (c.ConfigType.DOUBLE, "many", "a number"),
    ],
)
def test_bad_texts_name_key_value_and_what_is_allowed(kind, text, hint):
    """The error carries all three, so that a user can mend the file."""
    with pytest.raises(ConfigError) as caught:
        key(kind).parse(text)
    assert caught.value.key == "k"
    assert caught.value.value == text
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "validator", "good", "bad"),
    [
        (c.ConfigType.INT, c.at_least(1), "1", "0"),
        (c.ConfigType.LONG, c.at_least_or(1, -1), "-1", "0"),
        (c.ConfigType.INT, c.between(1, 9), "9", "10"),
        (c.ConfigType.INT, c.between_or(1, 9, -1), "-1", "0"),
        (c.ConfigType.STRING, c.one_of("a", "b"), "a", "A"),
        (c.ConfigType.STRING, c.one_of_any_case("up"), "UP", "down"),
        (c.ConfigType.LIST, c.list_of("x", "y"), "y,x", "x,x"),
        (c.ConfigType.LIST, c.list_of("x", "y"), "", "z"),
        (c.ConfigType.LIST, c.filled(), "x", ""),
    ],
)
def test_validators_draw_their_line(kind, validator, good, bad):
    """A value on the line passes, one beyond it is refused with the validator's words."""
    described = key(kind, validator=validator)
    described.parse(good)
    with pytest.raises(ConfigError, match="it must be"):
        described.parse(bad)


def test_secrets_do_not_appear_in_errors():
    """A refused password is not repeated."""
    secret = key(c.ConfigType.PASSWORD, validator=c.one_of("other"))
    with pytest.raises(ConfigError) as caught:
        secret.parse("hunter2")
    assert "hunter2" not in str(caught.value)


VALUES = {
    c.ConfigType.BOOLEAN: st.booleans(),
    c.ConfigType.INT: st.integers(-(2**31), 2**31 - 1),
    c.ConfigType.LONG: st.integers(-(2**63), 2**63 - 1),
    c.ConfigType.DOUBLE: st.floats(allow_nan=False),
    c.ConfigType.LIST: st.lists(st.text("abc.-_", min_size=1)).map(tuple),
}


@given(st.sampled_from(sorted(VALUES)).flatmap(lambda k: st.tuples(st.just(k), VALUES[k])))
def test_text_and_parse_are_inverse(pair):
    """What a value is shown as parses to the value again."""
    kind, value = pair
    text = key(kind).text(value)
    assert text is not None
    assert key(kind).parse(text) == value


def test_unset_has_no_text():
    """An unset key is shown as absent, not as an empty text."""
    assert key(c.ConfigType.INT).text(None) is None


def test_nearest_name_finds_misspellings_only():
    """A typing error is recognised, a foreign word is not."""
    assert c.nearest_name("num.partitons", ["num.partitions", "log.dirs"]) == "num.partitions"
    assert c.nearest_name("zzz", ["num.partitions"]) is None
