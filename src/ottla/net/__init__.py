# SPDX-License-Identifier: Apache-2.0
"""From bytes to frames and back: the wire connection (pure) and its asyncio driver."""
