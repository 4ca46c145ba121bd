# SPDX-License-Identifier: Apache-2.0
"""`ottla consume`: where it starts, and bad options."""

from __future__ import annotations

import pytest

from ottla.cli.consume import _start
from ottla.cli.main import main
from ottla.client.errors import OffsetOutOfRangeError
from ottla.client.topic_partition import TopicPartition

NAME = TopicPartition("t", 0)


@pytest.mark.parametrize(
    ("offset", "start"), [(None, 20), (10, 10), (20, 20), (15, 15), (-3, 17), (-100, 10)]
)
def test_start(offset, start):
    """An offset is taken as it is, a negative one counts from the end, none is the end."""
    assert _start(NAME, (10, 20), offset) == start


@pytest.mark.parametrize("offset", [0, 9, 21])
def test_start_outside_is_an_error(offset):
    """An offset that the partition does not have is reported with those it has."""
    with pytest.raises(OffsetOutOfRangeError, match="from 10 to 20"):
        _start(NAME, (10, 20), offset)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["t", "--offset", "x"], "'x' is not a valid integer"),
        (["t", "--from-beginning", "--offset", "1"], "not both"),
        (["t", "--json", "--format", "{key}"], "not both"),
        (["t", "--format", "{nope}"], "there is no {nope}"),
        (["t", "--max", "0"], "--max"),
    ],
)
def test_bad_options(capsys, arguments, text):
    """Bad options say what is wrong, before any broker is asked."""
    assert main(["consume", *arguments]) == 2
    assert text in capsys.readouterr().err
