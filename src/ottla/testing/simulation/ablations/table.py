# SPDX-License-Identifier: Apache-2.0
"""All ablations by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.testing.simulation.ablations.control import CONTROL
from ottla.testing.simulation.ablations.replicas import REPLICAS
from ottla.testing.simulation.ablations.serving import SERVING

if TYPE_CHECKING:
    from ottla.testing.simulation.ablations.ablation import Ablation

ABLATIONS: Final[dict[str, Ablation]] = {**REPLICAS, **CONTROL, **SERVING}
