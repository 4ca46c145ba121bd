# SPDX-License-Identifier: Apache-2.0
"""A broker process under made-up and mutated requests: a bounded share of `tools.fuzz --live`."""

from __future__ import annotations

from tools.fuzzing.live import fuzz_broker


def test_a_broker_survives_a_hostile_client():
    """The same process answers, without a traceback and without having grown."""
    assert fuzz_broker(2026, frames_max=15_000) == 15_000
