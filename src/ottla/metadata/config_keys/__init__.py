# SPDX-License-Identifier: Apache-2.0
"""The tables of configuration keys.

`BROKER_KEYS` holds everything that may stand in a `server.properties`, by name. The topic and
group tables are in `topics` and `dynamic_groups`. Adding a key is one line in the table of its
subject; the name of the attribute in `broker.config.BrokerConfig` follows from the key's name.
"""

from __future__ import annotations

from ottla.metadata.config_keys import (
    cluster,
    groups,
    kraft,
    log,
    network,
    oauth,
    own,
    remote_storage,
    security,
    share_groups,
    transactions,
)

BROKER_KEYS = {
    key.name: key
    for keys in (
        cluster.KEYS,
        groups.KEYS,
        kraft.KEYS,
        log.KEYS,
        network.KEYS,
        oauth.KEYS,
        own.KEYS,
        remote_storage.KEYS,
        security.KEYS,
        share_groups.KEYS,
        transactions.KEYS,
    )
    for key in keys
}
