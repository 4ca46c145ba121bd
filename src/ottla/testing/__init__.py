# SPDX-License-Identifier: Apache-2.0
"""Shipped for tests, Ottla's own and its users': simulated disks and in-process brokers."""
