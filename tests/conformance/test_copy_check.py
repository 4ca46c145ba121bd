# SPDX-License-Identifier: Apache-2.0
"""The check of an exactly-once copy finds each kind of damage that is planted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.conformance.copy_check import Read, findings, source_value

COUNTS = {0: 20, 1: 10, 2: 0}


def transform(value: bytes) -> bytes:
    """Stand for a copier's transformation."""
    return value[::-1]


def good_copies():
    """Copy as it should be; offsets have holes where markers and aborted records are."""
    return {
        partition: [
            Read(number * 3 + 1, transform(source_value(partition, number)))
            for number in range(count)
        ]
        for partition, count in COUNTS.items()
    }


def found(copies):
    """Check against the source."""
    return findings(COUNTS, copies, transform=transform, aborted=b"aborted ")


def test_a_good_copy():
    """Every record once and in order: nothing is found."""
    assert found(good_copies()) == []


def test_a_duplicate():
    """A record that was copied twice is named with both offsets."""
    copies = good_copies()
    copies[0].append(Read(100, copies[0][7].value))
    assert found(copies) == ["partition 0: 1 more than once: record 7 at [22, 100]"]


def test_a_hole():
    """Records that are not there are counted and the first ones named."""
    copies = good_copies()
    del copies[1][2:9]
    assert found(copies) == ["partition 1: 7 missing: record 2, record 3, record 4, ..."]


def test_an_empty_partition():
    """A partition of which nothing was read lacks everything."""
    copies = good_copies()
    del copies[1]
    assert found(copies) == ["partition 1: 10 missing: record 0, record 1, record 2, ..."]


def test_a_lost_tail():
    """The end may not be missing either."""
    copies = good_copies()
    del copies[0][-1]
    assert found(copies) == ["partition 0: 1 missing: record 19"]


def test_two_records_that_changed_places():
    """Order inside a partition is kept; both records are there once and still it is wrong."""
    copies = good_copies()
    first, second = copies[0][4:6]
    copies[0][4:6] = [first._replace(value=second.value), second._replace(value=first.value)]
    assert found(copies) == ["partition 0: 1 out of order: record 5 at 13 before record 4"]


def test_an_aborted_record():
    """What only an aborted transaction wrote may not be seen."""
    copies = good_copies()
    copies[1].insert(3, Read(8, b"aborted " + copies[1][2].value))
    assert found(copies) == ["partition 1: 1 read although aborted: b'aborted 2-1' at [8]"]


def test_a_record_of_nobody():
    """A value that no source record has, here for want of a transformation, is told."""
    copies = good_copies()
    copies[0][0] = Read(1, b"0-0x")
    assert found(copies) == [
        "partition 0: 1 of nobody: b'0-0x' at [1]",
        "partition 0: 1 missing: record 0",
    ]


def test_a_record_in_the_wrong_partition():
    """A copy that went to another partition is foreign there and missing here."""
    copies = good_copies()
    copies[2].append(copies[1].pop())
    assert found(copies) == [
        "partition 1: 1 missing: record 9",
        "partition 2: 1 of nobody: b'9-1' at [28]",
    ]


def test_offsets_that_do_not_rise():
    """A reader that was given the same offset twice is told, too."""
    copies = good_copies()
    copies[0].insert(5, copies[0][4])
    assert found(copies) == [
        "partition 0: 1 more than once: record 4 at [13, 13]",
        "partition 0: 1 read at an offset that does not rise: 13",
    ]


@given(st.data())
def test_any_single_damage_is_found(data):
    """Remove, repeat or exchange records anywhere: never is nothing found."""
    copies = good_copies()
    partition = data.draw(st.sampled_from([0, 1]))
    records = copies[partition]
    at = data.draw(st.integers(0, len(records) - 1))
    match data.draw(st.sampled_from(["remove", "repeat", "exchange"])):
        case "remove":
            del records[at]
        case "repeat":
            records.append(Read(1000, records[at].value))
        case _:
            other = data.draw(st.integers(0, len(records) - 1).filter(lambda one: one != at))
            values = [record.value for record in records]
            values[at], values[other] = values[other], values[at]
            copies[partition] = [
                Read(record.offset, value) for record, value in zip(records, values, strict=True)
            ]
    assert found(copies)


@pytest.mark.parametrize("count", [1, 3, 4])
def test_no_more_than_three_examples(count):
    """However much is wrong, a finding stays a line."""
    copies = good_copies()
    del copies[0][:count]
    (text,) = found(copies)
    assert text.startswith(f"partition 0: {count} missing: record 0")
    assert text.endswith("...") == (count > 3)
