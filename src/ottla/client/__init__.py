# SPDX-License-Identifier: Apache-2.0
"""The client's lowest layer: connections, cluster metadata, produce, fetch and admin calls."""
