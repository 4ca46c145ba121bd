# SPDX-License-Identifier: Apache-2.0
"""Feature levels: what this version can work with, and what a new cluster begins with.

A level is finalised for the whole cluster by a FeatureLevel record once all brokers support it.
The levels are Kafka 4.3's; `metadata.version` 30 is what its tools call 4.3-IV0.
`feature_updates` changes them.
"""

from __future__ import annotations

METADATA_VERSION = "metadata.version"
TRANSACTION_VERSION = "transaction.version"
"""2: protocol V2 of transactions (KIP-890)."""
GROUP_VERSION = "group.version"
"""1: groups whose assignment the broker computes (KIP-848)."""
ELR_VERSION = "eligible.leader.replicas.version"
"""1: replicas that left the in-sync set below its minimum may lead (KIP-966)."""

SUPPORTED_FEATURES = {
    METADATA_VERSION: (7, 30),
    TRANSACTION_VERSION: (0, 2),
    GROUP_VERSION: (0, 1),
    ELR_VERSION: (0, 1),
}
"""Lowest and highest level of each feature that this version can work with."""

INITIAL_FEATURES = {name: highest for name, (_, highest) in SUPPORTED_FEATURES.items()}
"""What a cluster begins with."""

LATER_FEATURES = (TRANSACTION_VERSION, GROUP_VERSION, ELR_VERSION)
"""Features that came after the first version: a metadata log from before lacks their levels."""
