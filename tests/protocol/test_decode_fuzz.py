# SPDX-License-Identifier: Apache-2.0
"""Foreign bytes either decode or raise WireError, quickly, whatever they are.

Any other exception is a bug in a decoder. Three sources: bytes out of nowhere, valid messages with
a few bytes changed, cut or added, and messages whose every length-like byte is made large.
"""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.protocol.definitions import Case, cases
from tests.protocol.drawing import messages

from ottla.protocol.errors import WireError

_QUICK = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

_EVERY_CASE = cases(lambda _definition, _message: True)


@pytest.mark.parametrize("case", _EVERY_CASE)
def test_arbitrary_bytes_decode_or_raise_wire_error(case: Case):
    """Bytes out of nowhere never get past WireError."""

    @settings(_QUICK, max_examples=10)
    @given(st.binary(max_size=120))
    @example(b"")
    @example(b"\xff" * 40)
    @example(b"\x7f" * 40)
    @example(b"\x00" * 40)
    def survives(data):
        with contextlib.suppress(WireError):
            case.generated.decode(data, case.version)

    survives()


@pytest.mark.parametrize("case", _EVERY_CASE)
def test_damaged_messages_decode_or_raise_wire_error(case: Case):
    """Changed, cut and lengthened messages never get past WireError; what decodes encodes again."""

    @settings(_QUICK, max_examples=10)
    @given(messages(case), st.data())
    def survives(message, data):
        encoded = bytearray(message.encode(case.version))
        end = len(encoded)
        for _ in range(data.draw(st.integers(1, 3))):
            if encoded:
                position = data.draw(st.integers(0, len(encoded) - 1))
                encoded[position] = data.draw(st.sampled_from((0, 1, 2, 63, 127, 128, 254, 255)))
        cut = data.draw(st.integers(max(end - 8, 0), end + 1))
        damaged = bytes(encoded[:cut]) + b"\x00" * (cut - end)
        with contextlib.suppress(WireError):
            case.generated.decode(damaged, case.version).encode(case.version)

    survives()


@pytest.mark.parametrize("case", _EVERY_CASE)
def test_every_cut_of_a_message_is_refused(case: Case):
    """A message that lacks its last bytes is never taken for a whole one."""

    @settings(_QUICK, max_examples=3)
    @given(messages(case))
    def refused(message):
        encoded = message.encode(case.version)
        for end in {0, len(encoded) // 2, len(encoded) - 1} - {-1, len(encoded)}:
            with pytest.raises(WireError):
                case.generated.decode(encoded[:end], case.version)
        with pytest.raises(WireError):
            case.generated.decode(encoded + b"\x00", case.version)

    refused()
