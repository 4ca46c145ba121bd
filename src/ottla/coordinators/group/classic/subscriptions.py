# SPDX-License-Identifier: Apache-2.0
"""The one thing that a coordinator reads in classic consumers' metadata: their topics.

Every version of the consumers' own protocol begins like version 0, so that suffices; versions of
the future, and third-party clients that invent their own bytes, do no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import WireError
from ottla.protocol.messages.consumer_protocol import ConsumerProtocolSubscription

if TYPE_CHECKING:
    from collections.abc import Iterable

_VERSION_BYTES = 2


def subscribed_topics(metadata: Iterable[bytes]) -> frozenset[str] | None:
    """Return what members with such metadata subscribe to; None when some cannot be read."""
    topics: set[str] = set()
    for subscription in metadata:
        try:
            body = ConsumerProtocolSubscription.decode(
                subscription, 0, _VERSION_BYTES, may_have_rest=True
            )
        except WireError:
            return None
        topics.update(body.topics)
    return frozenset(topics)
