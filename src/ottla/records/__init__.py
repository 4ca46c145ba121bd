# SPDX-License-Identifier: Apache-2.0
"""Record batches: their header, their records, their codecs, and what a producer may send."""
