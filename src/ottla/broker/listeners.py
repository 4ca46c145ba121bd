# SPDX-License-Identifier: Apache-2.0
"""Where the broker listens, and which addresses clients are told.

A listener is `NAME://HOST:PORT`. The name is looked up in `listener.security.protocol.map`; an
empty host means every interface; an IPv6 host stands in brackets. Names listed in
`controller.listener.names` belong to KRaft's controllers and are left out.

`advertised.listeners` is optional. Without it each client is told the address on which it
reached the broker, which is right wherever no address is translated on the way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ottla.base.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ADDRESS = re.compile(
    r"([A-Za-z][A-Za-z0-9_.-]*)://(?:\[([0-9A-Fa-f:.%]*)\]|([^\[\]/:]*)):([0-9]+)"
)
_ANY_HOSTS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - recognised, not bound to
_KNOWN_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_POSSIBLE = "this version opens PLAINTEXT listeners only"


class Endpoint(NamedTuple):
    """One listener."""

    name: str
    host: str
    """Empty for every interface."""
    port: int
    """0 asks the system for a free port."""
    security_protocol: str = "PLAINTEXT"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.name}://{host}:{self.port}"


def parse_endpoint(key: str, text: str) -> Endpoint:
    """Return the endpoint that `text` describes; `key` is named when it describes none."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        raise ConfigError(key, text, "it must read NAME://HOST:PORT")
    name, bracketed, plain, port_text = match.groups()
    port = int(port_text) if len(port_text) <= 5 else 65536
    if port > 65535:
        raise ConfigError(key, text, "the port must lie between 0 and 65535")
    host = bracketed if bracketed is not None else plain
    return Endpoint(name.upper(), host, port)


def parse_protocol_map(text: str) -> dict[str, str]:
    """Return the security protocol of each listener name."""
    key = "listener.security.protocol.map"
    protocols: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, colon, protocol = item.partition(":")
        if not (name and colon) or protocol.upper() not in _KNOWN_PROTOCOLS:
            raise ConfigError(
                key,
                text,
                f"{item!r} must read NAME:PROTOCOL with one of {', '.join(_KNOWN_PROTOCOLS)}",
            )
        if name.upper() in protocols:
            raise ConfigError(key, text, f"the listener {name} is named twice")
        protocols[name.upper()] = protocol.upper()
    return protocols


def parse_listeners(
    texts: Iterable[str], protocols: Mapping[str, str], controller_names: Iterable[str]
) -> tuple[Endpoint, ...]:
    """Return the listeners to open; raise ConfigError when one cannot be opened."""
    skipped = {name.upper() for name in controller_names}
    endpoints: dict[str, Endpoint] = {}
    taken: set[tuple[str, int]] = set()
    for text in texts:
        endpoint = parse_endpoint("listeners", text)
        if endpoint.name in skipped:
            continue
        protocol = protocols.get(endpoint.name)
        if protocol is None:
            raise ConfigError(
                "listeners", text, f"listener.security.protocol.map must name {endpoint.name}"
            )
        if protocol != "PLAINTEXT":
            raise ConfigError("listeners", text, f"it asks for {protocol}, and {_POSSIBLE}")
        if endpoint.name in endpoints:
            raise ConfigError("listeners", text, f"the name {endpoint.name} is used twice")
        if endpoint.port and (endpoint.host, endpoint.port) in taken:
            raise ConfigError("listeners", text, "another listener has this address already")
        taken.add((endpoint.host, endpoint.port))
        endpoints[endpoint.name] = endpoint._replace(security_protocol=protocol)
    if not endpoints:
        raise ConfigError("listeners", ",".join(texts), "there must be one that clients can use")
    return tuple(endpoints.values())


def parse_advertised(
    texts: Iterable[str], endpoints: Iterable[Endpoint], controller_names: Iterable[str]
) -> dict[str, Endpoint]:
    """Return the advertised address of each listener that has one."""
    key = "advertised.listeners"
    opened = {endpoint.name: endpoint for endpoint in endpoints}
    skipped = {name.upper() for name in controller_names}
    advertised: dict[str, Endpoint] = {}
    for text in texts:
        endpoint = parse_endpoint(key, text)
        if endpoint.name in skipped:
            continue
        if endpoint.name not in opened:
            raise ConfigError(key, text, f"there is no listener named {endpoint.name}")
        if endpoint.host in _ANY_HOSTS:
            raise ConfigError(key, text, "clients need an address that they can connect to")
        advertised[endpoint.name] = endpoint
    return advertised
