# SPDX-License-Identifier: Apache-2.0
"""`world`: a transaction coordinator in memory."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.transaction.world import World


@pytest.fixture
def world():
    """Return a coordinator whose partition commits at once."""
    return World()
