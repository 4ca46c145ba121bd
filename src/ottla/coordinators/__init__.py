# SPDX-License-Identifier: Apache-2.0
"""Coordinators: state machines kept in the partitions of internal topics."""
