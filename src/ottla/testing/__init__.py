# SPDX-License-Identifier: Apache-2.0
"""Shipped for tests, Ottla's own and its users': real brokers in the test's process, and simulated.

    from ottla.testing import Broker, Cluster

Both are imported when they are first asked for: the simulator needs neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ottla.testing.broker import Broker
    from ottla.testing.cluster import Cluster

__all__ = ["Broker", "Cluster"]


def __getattr__(name: str) -> Any:
    if name == "Broker":
        from ottla.testing.broker import Broker  # noqa: PLC0415 - see above

        return Broker
    if name == "Cluster":
        from ottla.testing.cluster import Cluster  # noqa: PLC0415 - see above

        return Cluster
    raise AttributeError(f"module 'ottla.testing' has no attribute {name!r}")
