# SPDX-License-Identifier: Apache-2.0
"""DeleteGroups over the wire: versions and errors."""

from __future__ import annotations

import pytest

from ottla.broker.handlers import delete_groups
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.delete_groups import DeleteGroupsRequest


def delete(group_world, *names: str, version=2):
    """Return error codes by group."""
    answer = group_world.client().ask(DeleteGroupsRequest(groups_names=names), version)
    return {result.group_id: result.error_code for result in answer.results}


@pytest.mark.parametrize("version", delete_groups.VERSIONS)
def test_groups_go_with_their_offsets(group_world, version):
    """One that is named twice is deleted once; others have their own outcome."""
    group_world.commit({0: 5})
    group_world.commit_in_transaction(9, {1: 5})
    assert delete(group_world, "g", "g", "missing", version=version) == {
        "g": 0,
        "missing": ErrorCode.GROUP_ID_NOT_FOUND,
    }
    assert group_world.fetch() == {}
    group_world.end_transaction(9, committed=True)
    assert group_world.fetch() == {}
    assert [record.value for record in group_world.partition.records()[-3:]] == [None] * 3


def test_a_group_with_members_stays(group_world):
    """NON_EMPTY_GROUP."""
    group_world.stable()
    assert delete(group_world, "g") == {"g": ErrorCode.NON_EMPTY_GROUP}


def test_what_the_runtime_refuses(group_world):
    """COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR and loading, by group."""
    group_world.commit({0: 5})
    group_world.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    assert delete(group_world, "g") == {"g": ErrorCode.COORDINATOR_NOT_AVAILABLE}
    group_world.groups.runtime.unload(0)
    assert delete(group_world, "g") == {"g": ErrorCode.NOT_COORDINATOR}
    group_world.begin_load()
    assert delete(group_world, "g") == {"g": ErrorCode.COORDINATOR_LOAD_IN_PROGRESS}
