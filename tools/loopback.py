# SPDX-License-Identifier: Apache-2.0
"""Ports of this machine for servers that have to come back on the same one.

A port from the ephemeral range will not do: while such a server is down, the kernel may give its
port to any outgoing connection, and the server cannot start again.
"""

import random
import socket
from pathlib import Path

HOST = "127.0.0.1"

_EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 10_000
_EPHEMERAL_ELSEWHERE = 49_152  # where the range begins by RFC 6335
_TRIES = 1_000

# Whatever seeds the ordinary generator, tests in several processes for example, draws other ports.
_chance = random.SystemRandom()

_given: set[int] = set()


def free_ports(count: int) -> list[int]:
    """Return ports that nothing listens on, that were not given before and the kernel never gives.

    Raises RuntimeError when there are none.
    """
    ports: list[int] = []
    end = _first_ephemeral_port()
    for _ in range(_TRIES):
        if len(ports) == count:
            return ports
        port = _chance.randrange(_LOWEST, end)
        if port not in _given and _is_free(port):
            _given.add(port)
            ports.append(port)
    raise RuntimeError(f"{count} free ports were not found between {_LOWEST} and {end}")


def _first_ephemeral_port() -> int:
    try:
        first = int(_EPHEMERAL_RANGE.read_text().split()[0])
    except OSError:
        first = _EPHEMERAL_ELSEWHERE
    return max(first, _LOWEST + _TRIES)  # a range that leaves no room: better a risk than none


def _is_free(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True
