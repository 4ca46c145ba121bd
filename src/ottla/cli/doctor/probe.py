# SPDX-License-Identifier: Apache-2.0
"""Looks at one address from here: its name, who accepts connections, and what answers.

Each step has a time-out of its own.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ottla.cli.doctor.patience import ask_in_thread
from ottla.client.configs import ConfigResource
from ottla.client.errors import ClientError, ConnectionLostError
from ottla.client.metadata import ClusterMetadata
from ottla.client.settings import ClientSettings
from ottla.net.address import Address
from ottla.net.client_connection import Connection
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResponse,
)
from ottla.protocol.messages.metadata import MetadataRequest, MetadataResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

RESOLVE_S: Final = 3.0
CONNECT_S: Final = 2.0
ANSWER_S: Final = 3.0
IP_COUNT_MAX: Final = 8

SETTINGS: Final = ClientSettings(
    client_id="ottla-doctor",
    connect_timeout_ms=round(CONNECT_S * 1000),
    request_timeout_ms=round(ANSWER_S * 1000),
    operation_timeout_ms=round(ANSWER_S * 1000),
)

_IGNORE_EXPIRY: Final = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME: whether a certificate has expired is judged later."""

_GREETING_BYTES_MAX: Final = 64


class Attempt(NamedTuple):
    """A connection to one of the addresses that a name stands for."""

    ip: str
    error: str  # empty when it was accepted
    is_refused: bool = False


class Speaker(Enum):
    """What is behind a port."""

    BROKER = "a Kafka broker"
    LOGIN = "a Kafka broker that wants a login"
    TLS = "TLS"
    HTTP = "HTTP"
    OTHER = "another protocol"
    SILENT = "no answer"


class Certificate(NamedTuple):
    """What a TLS server shows of itself."""

    names: tuple[str, ...]  # DNS names and IP addresses that it is for
    expires_s: float  # seconds since 1970


class Identity(NamedTuple):
    """What a broker says of itself and of its cluster."""

    metadata: ClusterMetadata
    versions: Mapping[int, range]
    is_expected: bool | None = None  # whether it has the id that was expected; None: not told


class AddressFacts(NamedTuple):
    """All that was found out about an address."""

    address: Address
    resolve_error: str = ""
    attempts: tuple[Attempt, ...] = ()  # in the order in which the system names them
    speaker: Speaker | None = None  # None when nobody accepted a connection
    greeting: str = ""  # the first bytes of what is no broker
    certificate: Certificate | None = None
    identity: Identity | None = None

    @property
    def connected_ip(self) -> str | None:
        """The first address that accepts connections."""
        return next((attempt.ip for attempt in self.attempts if not attempt.error), None)


async def probe(address: Address, expected_id: int | None = None) -> AddressFacts:
    """Find out what is at an address, and whether it is the broker that is expected there."""
    facts = AddressFacts(address)
    try:
        ips = await _resolve(address)
    except OSError as error:
        return facts._replace(resolve_error=error.strerror or str(error))
    except UnicodeError:
        return facts._replace(resolve_error="not a name that DNS allows")
    attempts = await asyncio.gather(*(_connect(ip, address.port) for ip in ips[:IP_COUNT_MAX]))
    facts = facts._replace(attempts=tuple(attempts))
    ip = facts.connected_ip
    if ip is None:
        return facts
    return await _identify(facts, Address(ip, address.port), expected_id)


async def _resolve(address: Address) -> list[str]:
    def look_up() -> list[str]:
        infos = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(info[4][0]) for info in infos))

    try:
        return await ask_in_thread(look_up, RESOLVE_S)
    except TimeoutError:
        raise OSError(0, f"the name server did not answer in {RESOLVE_S:g} s") from None


async def _connect(ip: str, port: int) -> Attempt:
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(ip, port)
    except TimeoutError:
        return Attempt(ip, f"no answer in {CONNECT_S:g} s")
    except ConnectionRefusedError:
        return Attempt(ip, "connection refused", is_refused=True)
    except OSError as error:
        return Attempt(ip, (error.strerror or str(error)).lower())
    writer.close()
    return Attempt(ip, "")


async def _identify(facts: AddressFacts, place: Address, expected_id: int | None) -> AddressFacts:
    try:
        connection = await Connection.open(place, SETTINGS)
    except ClientError:
        return await _recognise(facts, place)
    try:
        identity = await _introduce(connection, expected_id)
    except ConnectionLostError:  # versions are told to everybody, the rest only after a login
        return facts._replace(speaker=Speaker.LOGIN)
    except ClientError as error:
        return facts._replace(speaker=Speaker.SILENT, greeting=str(error))
    finally:
        connection.close()
    return facts._replace(speaker=Speaker.BROKER, identity=identity)


async def _introduce(connection: Connection, expected_id: int | None) -> Identity:
    response = await connection.send(
        MetadataRequest(topics=[], allow_auto_topic_creation=False), MetadataResponse
    )
    identity = Identity(ClusterMetadata.from_response(response), connection.versions)
    if expected_id is None or DescribeConfigsRequest.API_KEY not in connection.versions:
        return identity
    # No answer names the broker that gave it, but a broker describes nobody's settings but its own.
    resource = ConfigResource.broker(expected_id)
    request = DescribeConfigsRequest(
        resources=[
            DescribeConfigsResource(
                resource_type=resource.resource_type,
                resource_name=resource.name,
                configuration_keys=["broker.id"],
            )
        ]
    )
    answer = await connection.send(request, DescribeConfigsResponse)
    known = {ErrorCode.NONE: True, ErrorCode.INVALID_REQUEST: False}
    return identity._replace(is_expected=known.get(ErrorCode.of(answer.results[0].error_code)))


async def _recognise(facts: AddressFacts, place: Address) -> AddressFacts:
    """Tell what it is that does not speak Kafka's protocol."""
    (speaks_tls, certificate), greeting = await asyncio.gather(
        _shake_hands(place, facts.address.host), _greet(place)
    )
    if speaks_tls:
        return facts._replace(speaker=Speaker.TLS, certificate=certificate)
    if greeting.startswith(b"HTTP/"):
        return facts._replace(speaker=Speaker.HTTP)
    if greeting:
        return facts._replace(speaker=Speaker.OTHER, greeting=greeting.decode("latin-1"))
    return facts._replace(speaker=Speaker.SILENT)


async def _shake_hands(place: Address, host: str) -> tuple[bool, Certificate | None]:
    """Return whether it speaks TLS, and its certificate when it shows one to a stranger."""
    try:
        trusted = await _peer_certificate(place, host, _trusting_context(None))
    except ssl.SSLError as error:
        # An alert is TLS as well: it refuses our versions, or wants a certificate of ours.
        return "ALERT" in (error.reason or ""), None
    except (OSError, TimeoutError):
        return False, None
    try:
        # The library shows fields only of a certificate that it trusts: let it trust this one.
        found = await _peer_certificate(place, host, _trusting_context(trusted.binary))
    except (OSError, TimeoutError):
        return True, None
    return True, _read_certificate(found.fields)


class _PeerCertificate(NamedTuple):
    binary: bytes
    fields: Mapping[str, Any]


async def _peer_certificate(place: Address, host: str, context: ssl.SSLContext) -> _PeerCertificate:
    async with asyncio.timeout(ANSWER_S):
        _, writer = await asyncio.open_connection(
            place.host, place.port, ssl=context, server_hostname=host
        )
    shown = writer.get_extra_info("ssl_object")
    writer.transport.abort()
    return _PeerCertificate(shown.getpeercert(binary_form=True) or b"", shown.getpeercert() or {})


def _trusting_context(certificate: bytes | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if certificate is None:
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(cadata=certificate)
        context.verify_flags = ssl.VerifyFlags(ssl.VERIFY_X509_PARTIAL_CHAIN | _IGNORE_EXPIRY)
    return context


def _read_certificate(fields: Mapping[str, Any]) -> Certificate | None:
    if "notAfter" not in fields:
        return None
    names = tuple(name for _, name in fields.get("subjectAltName", ()))
    return Certificate(names, float(ssl.cert_time_to_seconds(fields["notAfter"])))


async def _greet(place: Address) -> bytes:
    """Return how it answers a question that most services understand enough to answer."""
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(place.host, place.port)
    except (OSError, TimeoutError):
        return b""
    try:
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        async with asyncio.timeout(ANSWER_S):
            return await reader.read(_GREETING_BYTES_MAX)
    except (OSError, TimeoutError):
        return b""
    finally:
        writer.close()
