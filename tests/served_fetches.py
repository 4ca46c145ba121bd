# SPDX-License-Identifier: Apache-2.0
"""Which brokers of this process answer consumers."""

from __future__ import annotations

from ottla.broker.handlers.fetch import FetchPath


def note_served_fetches(monkeypatch):
    """Return a list that gets, for each partition that a consumer asks for, who served it.

    That is the broker, and whether it leads the partition.
    """
    served = []
    find = FetchPath.find

    def noted(path, asked, replica_id):
        outcome = find(path, asked, replica_id)
        if replica_id == -1 and outcome[0] is not None:
            served.append((path._services.config.node_id, outcome[0].is_leader))
        return outcome

    monkeypatch.setattr(FetchPath, "find", noted)
    return served
