# SPDX-License-Identifier: Apache-2.0
"""Producer, Consumer and Admin for asyncio; `ottla` itself has the blocking ones.

Each is imported when it is first asked for: who only produces does not wait for the other two.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ottla.aio.admin import Admin
    from ottla.aio.consumer import Consumer
    from ottla.aio.copier import Copier
    from ottla.aio.producer import Producer
    from ottla.client.producer_record import ProducerRecord

__all__ = ["Admin", "Consumer", "Copier", "Producer", "ProducerRecord"]

_MODULES: Final = {
    "Admin": "ottla.aio.admin",
    "Consumer": "ottla.aio.consumer",
    "Copier": "ottla.aio.copier",
    "Producer": "ottla.aio.producer",
    "ProducerRecord": "ottla.client.producer_record",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
