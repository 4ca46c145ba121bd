# SPDX-License-Identifier: Apache-2.0
"""What the broker remembers of one connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ottla.broker.commit_path import CommitShape
    from ottla.broker.produce_codec import ProduceShape
    from ottla.coordinators.pending import Pending


class ConnectionState:
    """Kept in `ServerConnection.attributes` while the connection lasts."""

    __slots__ = (
        "admission",
        "broker_id",
        "client_software_name",
        "client_software_version",
        "commit_misses",
        "commit_shape",
        "produce_shape",
    )

    def __init__(self) -> None:
        self.admission: Pending[None] | None = None
        """Done when the last transactional request that had to wait has been appended."""
        self.broker_id: int | None = None
        """The broker whose heartbeats come here."""
        self.produce_shape: ProduceShape | None = None
        self.commit_shape: CommitShape | None = None
        self.commit_misses = 0
        """OffsetCommit requests in a row that did not fit the shape."""
        self.client_software_name = ""  # from ApiVersions v3 on (KIP-511)
        self.client_software_version = ""
