# SPDX-License-Identifier: Apache-2.0
"""Thin blocking fronts of the clients in `ottla.aio`, each on a loop in a thread of its own."""
