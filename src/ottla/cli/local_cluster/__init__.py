# SPDX-License-Identifier: Apache-2.0
"""Clusters on one machine for development: `ottla cluster up` and what goes with it."""
