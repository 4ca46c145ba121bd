# SPDX-License-Identifier: Apache-2.0
"""Host and port of a broker, in the text form that users type: `host:port`, `[::1]:9092`."""

from __future__ import annotations

from typing import Final, NamedTuple

DEFAULT_PORT: Final = 9092


class Address(NamedTuple):
    """Where a broker listens."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_address(text: str) -> Address:
    """Return the address behind `host`, `host:port`, `:port`, `[v6]` or `[v6]:port`.

    Raises ValueError with a sentence that says what is expected.
    """
    text = text.strip()
    host, separator, port_text = _split(text)
    if not separator:
        return Address(host or "127.0.0.1", DEFAULT_PORT)
    if not (port_text.isascii() and port_text.isdigit()) or not 0 < int(port_text) < 65536:
        raise ValueError(f"{text!r} is not HOST:PORT with a port from 1 to 65535")
    return Address(host or "127.0.0.1", int(port_text))


def parse_addresses(text: str) -> tuple[Address, ...]:
    """Return the addresses of a comma-separated list, as in `bootstrap.servers`."""
    addresses = tuple(parse_address(part) for part in text.split(",") if part.strip())
    if not addresses:
        raise ValueError("an address is missing: write HOST:PORT")
    return addresses


def _split(text: str) -> tuple[str, str, str]:
    if not text.startswith("["):
        if text.count(":") > 1:
            raise ValueError(f"{text!r} is ambiguous: write an IPv6 address as [{text}]:PORT")
        return text.partition(":")
    host, bracket, rest = text[1:].partition("]")
    if not bracket or (rest and not rest.startswith(":")):
        raise ValueError(f"{text!r} is not [IPv6]:PORT")
    return host, rest[:1], rest[1:]
