# SPDX-License-Identifier: Apache-2.0
"""The version of Ottla, where every layer can read it."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
