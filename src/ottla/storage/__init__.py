# SPDX-License-Identifier: Apache-2.0
"""Partition logs on disk, in Kafka's format: segments, indexes, retention, directories."""
