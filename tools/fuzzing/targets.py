# SPDX-License-Identifier: Apache-2.0
"""The table of all fuzz targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.fuzzing import record_targets, storage_targets, wire_targets

if TYPE_CHECKING:
    from tools.fuzzing.target import Target

TARGETS: Final[dict[str, Target]] = {
    target.name: target
    for target in (*wire_targets.TARGETS, *record_targets.TARGETS, *storage_targets.TARGETS)
}
