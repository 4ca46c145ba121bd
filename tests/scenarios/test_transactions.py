# SPDX-License-Identifier: Apache-2.0
"""Scripts about transactions."""

from __future__ import annotations

import pytest
from tests.scenarios.script import check, scripts_in
from tests.scenarios.transactions import TransactionScenario


@pytest.mark.parametrize("script", scripts_in("transactions"))
def test_script(script, rewrite):
    """Every command prints what the script says."""
    check(script, TransactionScenario(), rewrite=rewrite)
