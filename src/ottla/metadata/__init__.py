# SPDX-License-Identifier: Apache-2.0
"""The cluster's own state: the image, the journal it is replayed from, and configurations."""
