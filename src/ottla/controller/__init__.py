# SPDX-License-Identifier: Apache-2.0
"""Decisions about the cluster's state: requests in, metadata records out."""
