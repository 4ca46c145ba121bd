# SPDX-License-Identifier: Apache-2.0
"""Kafka's wire protocol: types, headers, error codes and one generated module per API. Pure."""
