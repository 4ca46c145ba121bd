# SPDX-License-Identifier: Apache-2.0
"""Feature levels: what this version can work with, and what a new cluster begins with.

A level is finalised for the whole cluster by a FeatureLevel record once all brokers support it.
The levels are Kafka 4.3's; `metadata.version` 30 is what its tools call 4.3-IV0.
"""

from __future__ import annotations

METADATA_VERSION = "metadata.version"

SUPPORTED_FEATURES = {METADATA_VERSION: (7, 30)}
"""Lowest and highest level of each feature that this version can work with."""

INITIAL_FEATURES = {name: highest for name, (_, highest) in SUPPORTED_FEATURES.items()}
"""What a cluster begins with."""
