# SPDX-License-Identifier: Apache-2.0
"""Scripts about groups of the consumer protocol, and about groups that change their protocol."""

from __future__ import annotations

import pytest
from tests.scenarios.consumer_groups import ConsumerGroupScenario
from tests.scenarios.script import check, scripts_in


@pytest.mark.parametrize("script", scripts_in("consumer_groups"))
def test_script(script, rewrite):
    """Every command prints what the script says."""
    check(script, ConsumerGroupScenario(), rewrite=rewrite)
