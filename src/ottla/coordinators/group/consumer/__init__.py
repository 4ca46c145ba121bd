# SPDX-License-Identifier: Apache-2.0
"""Groups of the consumer protocol: the coordinator computes the assignment (KIP-848)."""
