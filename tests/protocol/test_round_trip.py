# SPDX-License-Identifier: Apache-2.0
"""What is encoded decodes to the same message, in every version of everything.

Requests and responses are covered by the kio oracle as well; records of internal topics and of the
metadata log have this and the golden bytes.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.protocol.definitions import Case, cases
from tests.protocol.drawing import messages


@pytest.mark.parametrize(
    "case", cases(lambda _, message: message.kind not in ("request", "response"))
)
def test_records_survive_encoding_and_decoding(case: Case):
    """Decoding what was encoded gives an equal message, which encodes to the same bytes."""

    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(messages(case))
    def survives(message):
        encoded = message.encode(case.version)
        decoded = case.generated.decode(memoryview(b"head" + encoded), case.version, offset=4)
        assert decoded == message
        assert decoded.encode(case.version) == encoded

    survives()


@pytest.mark.parametrize("case", cases(lambda _definition, _message: True))
def test_defaults_can_be_encoded_in_every_version(case: Case):
    """Defaults fit every version, and fields that a version lacks come back as defaults."""
    message = case.generated()
    assert case.generated.decode(message.encode(case.version), case.version) == message
