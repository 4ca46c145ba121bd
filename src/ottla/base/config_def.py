# SPDX-License-Identifier: Apache-2.0
"""What a configuration key is: its type, default, limits, and when it may change.

Every setting of a broker, a topic or a group is described by one `ConfigKey`. Text comes in (a
properties file, the command line, an AlterConfigs request) and `ConfigKey.parse` turns it into a
typed value or raises a `ConfigError` that names the key, the value and what is allowed.

Types and update modes carry Kafka's numbers and words, since DescribeConfigs shows them.
Called by `metadata.config_keys` (the tables), `broker.config` and the controller.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from ottla.base.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LONG_MAX = 2**63 - 1
INT_MAX = 2**31 - 1

ConfigValue = bool | int | float | str | tuple[str, ...] | None
"""A parsed value; lists are tuples so that they cannot be changed in place."""


class ConfigType(enum.IntEnum):
    """Kinds of values; the numbers are those of the DescribeConfigs response."""

    BOOLEAN = 1
    STRING = 2
    INT = 3
    SHORT = 4
    LONG = 5
    DOUBLE = 6
    LIST = 7
    CLASS = 8
    PASSWORD = 9


class UpdateMode(enum.Enum):
    """When a value may change; the texts are Kafka's."""

    READ_ONLY = "read-only"
    PER_BROKER = "per-broker"
    CLUSTER_WIDE = "cluster-wide"


class Validator(NamedTuple):
    """A limit beyond the type: the words for the user and the check."""

    allowed: str
    accepts: Callable[[ConfigValue], bool]


def at_least(low: float) -> Validator:
    """Accept numbers from `low` on."""
    return Validator(f"at least {low}", lambda value: _number(value) >= low)


def at_least_or(low: float, special: int) -> Validator:
    """Accept numbers from `low` on, and one special number below it."""
    return Validator(
        f"at least {low}, or {special}",
        lambda value: value == special or _number(value) >= low,
    )


def between(low: float, high: float) -> Validator:
    """Accept numbers from `low` to `high`, both included."""
    return Validator(f"between {low} and {high}", lambda value: low <= _number(value) <= high)


def between_or(low: float, high: float, special: int) -> Validator:
    """Accept numbers from `low` to `high`, and one special number outside of them."""
    return Validator(
        f"between {low} and {high}, or {special}",
        lambda value: value == special or low <= _number(value) <= high,
    )


def one_of(*words: str) -> Validator:
    """Accept exactly these words."""
    return Validator(f"one of {', '.join(words)}", lambda value: value in words)


def one_of_any_case(*words: str) -> Validator:
    """Accept these words in upper or lower case."""
    folded = frozenset(word.lower() for word in words)
    return Validator(
        f"one of {', '.join(words)} (in any case)", lambda value: str(value).lower() in folded
    )


def list_of(*words: str) -> Validator:
    """Accept lists, empty ones too, of these words without a repeat."""
    allowed = frozenset(words)

    def accepts(value: ConfigValue) -> bool:
        items = list(value) if isinstance(value, tuple) else []
        return allowed.issuperset(items) and len(set(items)) == len(items)

    return Validator(f"a list of {', '.join(words)} without a repeat", accepts)


def filled() -> Validator:
    """Accept lists and texts that are not empty."""
    return Validator("not empty", bool)


def _number(value: ConfigValue) -> float:
    assert isinstance(value, (int, float)), value
    return value


class ConfigKey(NamedTuple):
    """One configuration key."""

    name: str
    type: ConfigType
    default: ConfigValue
    """Already typed; None means that the key is unset unless somebody sets it."""
    documentation: str
    validator: Validator | None = None
    mode: UpdateMode = UpdateMode.READ_ONLY
    is_internal: bool = False
    """Kafka does not show such keys to users; they are accepted all the same."""

    @property
    def is_sensitive(self) -> bool:
        """Whether the value must never be shown."""
        return self.type is ConfigType.PASSWORD

    def parse(self, text: str) -> ConfigValue:
        """Return the typed value of `text`; raise ConfigError when it is not allowed."""
        value = self._typed(text.strip())
        if self.validator is not None and not self.validator.accepts(value):
            raise ConfigError(self.name, self._shown(text), f"it must be {self.validator.allowed}")
        return value

    def text(self, value: ConfigValue) -> str | None:
        """Return the text that `parse` would turn into `value`; None for an unset key."""
        if value is None:
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, tuple):
            return ",".join(value)
        return str(value)

    def _typed(self, text: str) -> ConfigValue:
        if self.type in _INTEGER_BITS:
            return self._integer(text, _INTEGER_BITS[self.type])
        if self.type is ConfigType.BOOLEAN:
            word = text.lower()
            if word not in {"true", "false"}:
                raise ConfigError(self.name, text, "it must be true or false")
            return word == "true"
        if self.type is ConfigType.DOUBLE:
            return self._double(text)
        if self.type is ConfigType.LIST:
            return tuple(item.strip() for item in text.split(",")) if text else ()
        return text

    def _integer(self, text: str, bits: int) -> int:
        low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
        # int() alone would also take underscores, inner blanks and other scripts' digits.
        digits = text[1:] if text[:1] in {"-", "+"} else text
        if not (digits.isascii() and digits.isdigit()):
            raise ConfigError(self.name, text, "it must be a whole number")
        value = int(text) if len(digits) <= 20 else high + 1
        if not low <= value <= high:
            raise ConfigError(self.name, text, f"it must lie between {low} and {high}")
        return value

    def _double(self, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ConfigError(self.name, text, "it must be a number") from None
        if value != value:  # noqa: PLR0124 - the one value that differs from itself is not-a-number
            raise ConfigError(self.name, text, "it must be a number")
        return value

    def _shown(self, text: str) -> str:
        return "[hidden]" if self.is_sensitive else text


_INTEGER_BITS = {ConfigType.SHORT: 16, ConfigType.INT: 32, ConfigType.LONG: 64}


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` is probably a misspelling of, if any is close."""
    import difflib  # noqa: PLC0415 - only an unknown key pays for this import

    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return close[0] if close else None
