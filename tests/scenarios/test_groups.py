# SPDX-License-Identifier: Apache-2.0
"""Scripts about classic groups and committed offsets."""

from __future__ import annotations

import pytest
from tests.scenarios.groups import GroupScenario
from tests.scenarios.script import check, scripts_in


@pytest.mark.parametrize("script", scripts_in("groups"))
def test_script(script, rewrite):
    """Every command prints what the script says."""
    check(script, GroupScenario(), rewrite=rewrite)
