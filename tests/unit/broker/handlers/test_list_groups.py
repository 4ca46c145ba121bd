# SPDX-License-Identifier: Apache-2.0
"""ListGroups over the wire: filters, versions, errors."""

from __future__ import annotations

import pytest

from ottla.broker.handlers import list_groups
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.list_groups import ListGroupsRequest


@pytest.mark.parametrize("version", list_groups.VERSIONS)
def test_groups_are_listed_in_every_version(group_world, version):
    """With state and type as far as the version has them."""
    group_world.stable()
    group_world.commit({0: 5}, group_id="simple")
    answer = group_world.client().ask(ListGroupsRequest(), version)
    assert answer.error_code == 0
    assert [
        (one.group_id, one.protocol_type, one.group_state, one.group_type) for one in answer.groups
    ] == [
        ("g", "consumer", *said("Stable", version)),
        ("simple", "", *said("Empty", version)),
    ]


def said(state, version):
    """Return what a version can say of state and type."""
    return state if version >= 4 else "", "classic" if version >= 5 else ""


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"states_filter": ["stable"]}, ["g"]),
        ({"states_filter": ["EMPTY", "Dead"]}, ["simple"]),
        ({"states_filter": ["nonsense"]}, []),
        ({"types_filter": ["Classic"]}, ["g", "simple"]),
        ({"types_filter": ["consumer"]}, []),
        ({"states_filter": [" Stable "], "types_filter": ["classic"]}, ["g"]),
    ],
)
def test_filters(group_world, filters, expected):
    """Both have to match; case does not matter."""
    group_world.stable()
    group_world.commit({0: 5}, group_id="simple")
    answer = group_world.client().ask(ListGroupsRequest(**filters), 5)
    assert [one.group_id for one in answer.groups] == expected


def test_a_list_is_never_a_part(group_world):
    """COORDINATOR_LOAD_IN_PROGRESS while groups are not known yet; none when there are none."""
    group_world.groups.runtime.unload(0)
    assert group_world.client().ask(ListGroupsRequest(), 5).groups == []
    group_world.begin_load()
    answer = group_world.client().ask(ListGroupsRequest(), 5)
    assert answer.error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
