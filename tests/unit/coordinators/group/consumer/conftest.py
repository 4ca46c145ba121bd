# SPDX-License-Identifier: Apache-2.0
"""Coordinators with their topics, and clients that talk to them."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.consumer_world import Consumer, World


@pytest.fixture
def world():
    """Return a coordinator with default settings, but no pause between assignments."""
    return World()


@pytest.fixture(scope="session")
def world_of():
    """Return the way to make coordinators with other settings."""
    return World


@pytest.fixture
def consumer_of(world):
    """Return the way to make clients of `world`."""
    return lambda member_id, *topics, **fields: Consumer(world, member_id, *topics, **fields)
