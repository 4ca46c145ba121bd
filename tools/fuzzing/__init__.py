# SPDX-License-Identifier: Apache-2.0
"""Fuzz targets and the engines that feed them; run with `python -m tools.fuzz`."""
