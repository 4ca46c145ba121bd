# SPDX-License-Identifier: Apache-2.0
"""The notation of the key tables: one call, one key.

`key` describes a setting that Ottla heeds, `inert` one that it accepts because it stands in
users' files, but that changes nothing; its documentation says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.config_def import ConfigKey, ConfigType, UpdateMode

if TYPE_CHECKING:
    from ottla.base.config_def import ConfigValue, Validator

BOOLEAN = ConfigType.BOOLEAN
STRING = ConfigType.STRING
INT = ConfigType.INT
SHORT = ConfigType.SHORT
LONG = ConfigType.LONG
DOUBLE = ConfigType.DOUBLE
LIST = ConfigType.LIST
CLASS = ConfigType.CLASS
PASSWORD = ConfigType.PASSWORD

READ_ONLY = UpdateMode.READ_ONLY
PER_BROKER = UpdateMode.PER_BROKER
CLUSTER_WIDE = UpdateMode.CLUSTER_WIDE

INERT_REMARK = "Accepted for compatibility; it changes nothing in this version."


def key(
    name: str,
    kind: ConfigType,
    default: ConfigValue,
    documentation: str,
    validator: Validator | None = None,
    *,
    mode: UpdateMode = READ_ONLY,
    is_internal: bool = False,
) -> ConfigKey:
    """Describe a setting."""
    return ConfigKey(name, kind, default, documentation, validator, mode, is_internal)


def inert(
    name: str,
    kind: ConfigType,
    default: ConfigValue,
    documentation: str,
    validator: Validator | None = None,
    *,
    mode: UpdateMode = READ_ONLY,
    is_internal: bool = False,
) -> ConfigKey:
    """Describe a setting that is accepted and kept, but not acted upon."""
    text = f"{documentation} {INERT_REMARK}"
    return ConfigKey(name, kind, default, text, validator, mode, is_internal)
