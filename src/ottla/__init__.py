# SPDX-License-Identifier: Apache-2.0
"""Ottla: an event streaming platform that speaks the Kafka protocol.

    from ottla import Producer, Consumer, Admin      # blocking, safe from any thread
    from ottla.aio import Producer, Consumer, Admin  # the same for asyncio

All are imported when they are first asked for, so that a broker does not pay for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from ottla.base.version import VERSION

if TYPE_CHECKING:
    from ottla.blocking.admin import Admin
    from ottla.blocking.consumer import Consumer
    from ottla.blocking.copier import Copier
    from ottla.blocking.producer import Producer
    from ottla.client.producer_record import ProducerRecord

__version__ = VERSION

__all__ = ["Admin", "Consumer", "Copier", "Producer", "ProducerRecord", "__version__"]


_MODULES: Final = {
    "Admin": "ottla.blocking.admin",
    "Consumer": "ottla.blocking.consumer",
    "Copier": "ottla.blocking.copier",
    "Producer": "ottla.blocking.producer",
    "ProducerRecord": "ottla.client.producer_record",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
