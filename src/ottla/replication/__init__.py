# SPDX-License-Identifier: Apache-2.0
"""Partition roles: who may append, what counts as replicated, who is told when it moves."""
