# SPDX-License-Identifier: Apache-2.0
"""The root of every error that Ottla raises on purpose.

Anything else that escapes is a bug. `ApiError` and `WireError` live in `ottla.protocol.errors`,
because they carry Kafka's error codes.
"""

from __future__ import annotations


class OttlaError(Exception):
    """The root of the hierarchy; its text is fit for a user's eyes."""

    retriable: bool = False
    """Whether the same call may succeed later without anybody changing anything."""


class ConfigError(OttlaError):
    """A configuration value that cannot be used: names the key, the value and what is allowed."""

    def __init__(self, key: str, value: object, allowed: str) -> None:
        super().__init__(f"{key}={value!r} is not valid: {allowed}")
        self.key = key
        self.value = value
        self.allowed = allowed


class StorageError(OttlaError):
    """The disk refused: the log directory that is concerned goes offline until a restart."""


class InvariantViolation(OttlaError):  # noqa: N818 - names the broken promise, not an error of a caller
    """A state machine was driven into a state that its own rules exclude: a bug of ours."""
