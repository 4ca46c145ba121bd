# SPDX-License-Identifier: Apache-2.0
"""Groups of the classic protocol: a member computes the assignment (JoinGroup, SyncGroup)."""
