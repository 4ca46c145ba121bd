# SPDX-License-Identifier: Apache-2.0
"""Our bytes are kio's bytes, for every request and response in every version, both ways.

kio is generated from Kafka's own schemas and shares no code with us. Equal bytes and equal field
values over random messages leave no room for a wrong type, order, version, default or nullability.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.protocol import kio_oracle
from tests.protocol.definitions import cases
from tests.protocol.drawing import messages


@pytest.mark.parametrize("case", cases(lambda _, message: message.kind in ("request", "response")))
def test_our_bytes_are_kios_bytes(case):
    """What we write kio reads with the same values, and writes again as the same bytes."""
    entity = kio_oracle.kio_class(case)
    assert entity is not None, "kio knows every request and response of Kafka 4.3"

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(messages(case, lambda path: kio_oracle.narrow(entity, path)))
    def agree(message):
        encoded = message.encode(case.version)
        theirs = kio_oracle.read(entity, encoded)
        kio_oracle.assert_same(message, theirs)
        assert kio_oracle.write(theirs) == encoded
        assert case.generated.decode(encoded, case.version) == message

    agree()
