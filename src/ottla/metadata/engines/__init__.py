# SPDX-License-Identifier: Apache-2.0
"""What decides the order of metadata: memory for tests, a local file for a single broker."""
