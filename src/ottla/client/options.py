# SPDX-License-Identifier: Apache-2.0
"""Turns the keyword arguments of a client into its settings, or says what is wrong with them.

Every client has one frozen dataclass of settings: names are Kafka's with underscores for dots,
defaults are Kafka's where Kafka's are good. A name that does not exist is never ignored.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from ottla.client.errors import ConfigurationError
from ottla.net.address import Address, parse_addresses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import DataclassInstance

SettingsT = TypeVar("SettingsT", bound="DataclassInstance")


def read_options(settings_class: type[SettingsT], options: Mapping[str, Any]) -> SettingsT:
    """Return the settings that `options` ask for.

    Raises ConfigurationError for a name that does not exist, with the nearest one that does; the
    class itself raises it for values (in `__post_init__`).
    """
    names = [field.name for field in fields(settings_class)]
    for option in options:
        if option not in names:
            raise ConfigurationError(f"there is no option {option!r}: {_advice(option, names)}")
    return settings_class(**options)


def read_bootstrap_servers(servers: str | Sequence[str]) -> tuple[Address, ...]:
    """Return the addresses of `host:port,host:port` or of a sequence of such texts."""
    if not isinstance(servers, str):
        if not isinstance(servers, Sequence) or not all(isinstance(s, str) for s in servers):
            raise ConfigurationError(f"bootstrap_servers={servers!r} is not text like 'host:9092'")
        servers = ",".join(servers)
    try:
        return parse_addresses(servers)
    except ValueError as error:
        raise ConfigurationError(f"bootstrap_servers={servers!r}: {error}") from error


def require(name: str, value: object, allowed: str, *, holds: bool) -> None:
    """Raise ConfigurationError that names option, value and what is allowed, unless it holds."""
    if not holds:
        raise ConfigurationError(f"{name}={value!r} is not valid: {allowed}")


def require_number(name: str, value: object, least: float) -> None:
    """Raise ConfigurationError unless an option is a number that is large enough."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    holds = is_number and least <= value  # type: ignore[operator]  # it is a number
    require(name, value, f"a number from {least:g} on", holds=holds)


def _advice(option: str, names: Sequence[str]) -> str:
    with_underscores = option.replace(".", "_").replace("-", "_")
    if with_underscores in names:
        return f"write {with_underscores!r}"
    nearest = difflib.get_close_matches(with_underscores, names, n=1)
    if nearest:
        return f"did you mean {nearest[0]!r}?"
    return f"there are {', '.join(sorted(names))}"
