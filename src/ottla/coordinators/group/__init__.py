# SPDX-License-Identifier: Apache-2.0
"""The group coordinator: members, assignments and committed offsets, in `__consumer_offsets`."""
