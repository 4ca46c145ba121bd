# SPDX-License-Identifier: Apache-2.0
"""Where a cluster is kept, as users write it, and the engine for it.

    zookeeper://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]...][/ROOT][?OPTION=VALUE[&...]]
    etcd://...                                              likewise

The root is where the cluster's keys are: `/ottla` unless said otherwise, so that several clusters
and other systems can share a service. Characters that mean something in a URL are written as
percent signs and hexadecimal digits.

    option               meaning
    -------------------  -----------------------------------------------------------------------
    session-timeout-ms   after so much silence a controller is replaced; 6000
    password-file        a file with the password, which then is in no list of processes
    sasl                 a SASL mechanism instead of ZooKeeper's digest scheme, e.g. DIGEST-MD5
    tls                  true, or any of the following: encrypted connections
    tls-ca               file of certificates to trust; the system's own if none is named
    tls-certificate      file of this broker's certificate, with `tls-key`
    tls-key              file of its private key
    tls-key-password     password of that key
    tls-verify-hostname  false: the certificate need not name the host that was asked for
"""

from __future__ import annotations

import ssl
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from ottla.base.errors import ConfigError
from ottla.metadata.engines.store_engine import StoreEngine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from ottla.metadata.engines.store import Store

KEY = "cluster"
DEFAULT_PORTS = {"zookeeper": 2181, "etcd": 2379}
DEFAULT_ROOT = "/ottla"
SESSION_TIMEOUT_MS = 6000
SESSION_TIMEOUT_MS_MIN = 1000
SASL_MECHANISMS = ("DIGEST-MD5", "GSSAPI")
OPTIONS = (
    "password-file",
    "sasl",
    "session-timeout-ms",
    "tls",
    "tls-ca",
    "tls-certificate",
    "tls-key",
    "tls-key-password",
    "tls-verify-hostname",
)


class TlsFiles(NamedTuple):
    """How connections are encrypted."""

    ca: str | None
    certificate: str | None
    key: str | None
    key_password: str | None
    verifies_hostname: bool

    def context(self) -> ssl.SSLContext:
        """Return them as a context; raise ConfigError when a file cannot be used."""
        try:
            context = ssl.create_default_context(cafile=self.ca)
            context.check_hostname = self.verifies_hostname
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key, self.key_password)
        except (OSError, ValueError) as error:
            raise ConfigError(
                KEY, self.certificate or self.ca, f"a file for TLS cannot be used: {error}"
            ) from error
        return context


class ClusterUrl(NamedTuple):
    """Where a cluster is kept; made by `parse_cluster_url`."""

    engine: str
    """`zookeeper` or `etcd`."""
    servers: tuple[str, ...]
    """HOST:PORT each."""
    root: str
    user: str | None
    password: str
    session_timeout_s: float
    sasl_mechanism: str | None
    tls: TlsFiles | None

    def __str__(self) -> str:
        user = "" if self.user is None else f"{self.user}@"
        return f"{self.engine}://{user}{','.join(self.servers)}{self.root}"


def parse_cluster_url(text: str) -> ClusterUrl:
    """Read a URL. Raises ConfigError, whose text never shows a password."""
    parts = urlsplit(text)
    shown = _without_password(text)
    if parts.scheme not in DEFAULT_PORTS or parts.fragment:
        raise ConfigError(
            KEY, shown, "write zookeeper://HOST:PORT,.../ROOT or etcd://HOST:PORT,.../ROOT"
        )
    options = _options(parts, shown)
    user, password = _credentials(parts, options, shown)
    sasl = options.get("sasl")
    if sasl is not None and (parts.scheme != "zookeeper" or sasl not in SASL_MECHANISMS):
        raise ConfigError(
            KEY, shown, f"sasl is for zookeeper, and one of {', '.join(SASL_MECHANISMS)}"
        )
    return ClusterUrl(
        parts.scheme,
        _servers(parts, shown),
        _root(parts, shown),
        user,
        password,
        _session_timeout_ms(options, shown) / 1000,
        sasl,
        _tls(options, shown),
    )


def open_engine(url: ClusterUrl) -> StoreEngine:
    """Return the engine on this service; it connects when the first call needs it.

    Raises ConfigError when files for TLS cannot be used, or a package for SASL is missing.
    """
    if url.tls is not None:
        url.tls.context()
    if url.sasl_mechanism is not None and find_spec("puresasl") is None:
        raise ConfigError(KEY, str(url), "sasl needs the package pure-sasl: pip install pure-sasl")

    def open_store() -> Store:
        if url.engine == "zookeeper":
            from ottla.metadata.engines.zookeeper import (  # noqa: PLC0415 - only who uses it pays
                ZooKeeperStore,
            )

            return ZooKeeperStore(url)
        from ottla.metadata.engines.etcd import EtcdStore  # noqa: PLC0415 - likewise

        return EtcdStore(url)

    return StoreEngine(open_store, url.root, timeout_s=url.session_timeout_s)


def _without_password(text: str) -> str:
    before, at, after = text.rpartition("@")
    scheme, slashes, credentials = before.partition("://")
    user = credentials.partition(":")[0]
    return f"{scheme}{slashes}{user}{at}{after.partition('?')[0]}"


def _options(parts: SplitResult, shown: str) -> dict[str, str]:
    options: dict[str, str] = {}
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise ConfigError(KEY, shown, "options are written ?NAME=VALUE&NAME=VALUE") from error
    for name, value in pairs:
        if name not in OPTIONS:
            raise ConfigError(KEY, shown, f"{name} is no option; there are {', '.join(OPTIONS)}")
        if name in options:
            raise ConfigError(KEY, shown, f"{name} is there twice")
        options[name] = value
    return options


def _credentials(
    parts: SplitResult, options: Mapping[str, str], shown: str
) -> tuple[str | None, str]:
    credentials, at, _ = parts.netloc.rpartition("@")
    user, colon, password = credentials.partition(":")
    path = options.get("password-file")
    if at and not user:
        raise ConfigError(KEY, shown, "the user before @ is empty")
    if path is None:
        if at and not colon:
            raise ConfigError(
                KEY, shown, "a user needs a password: USER:PASSWORD@ or password-file"
            )
        return (unquote(user) if at else None), unquote(password)
    if not at or colon:
        raise ConfigError(KEY, shown, "password-file goes with USER@ and no other password")
    try:
        with open(path, encoding="utf-8") as file:
            return unquote(user), file.read().rstrip("\r\n")
    except OSError as error:
        raise ConfigError(KEY, shown, f"password-file cannot be read: {error}") from error


def _servers(parts: SplitResult, shown: str) -> tuple[str, ...]:
    default = DEFAULT_PORTS[parts.scheme]
    servers = []
    for text in parts.netloc.rpartition("@")[2].split(","):
        try:
            each = urlsplit(f"//{text}")
            host, port = each.hostname, each.port
        except ValueError:
            host, port = None, None
        if not host or text.endswith(":") or port == 0:
            raise ConfigError(KEY, shown, f"{text!r} is no server: write HOST or HOST:PORT")
        name = f"[{host}]" if ":" in host else host
        servers.append(f"{name}:{port or default}")
    return tuple(servers)


def _root(parts: SplitResult, shown: str) -> str:
    root = unquote(parts.path).rstrip("/")
    if not root:
        return DEFAULT_ROOT
    if any(name in ("", ".", "..") for name in root[1:].split("/")) or "\0" in root:
        raise ConfigError(KEY, shown, f"{root} is no root: write /NAME or /NAME/NAME")
    return root


def _session_timeout_ms(options: Mapping[str, str], shown: str) -> int:
    text = options.get("session-timeout-ms", str(SESSION_TIMEOUT_MS))
    if not text.isascii() or not text.isdigit() or int(text) < SESSION_TIMEOUT_MS_MIN:
        raise ConfigError(
            KEY, shown, f"session-timeout-ms is a number from {SESSION_TIMEOUT_MS_MIN} on"
        )
    return int(text)


def _tls(options: Mapping[str, str], shown: str) -> TlsFiles | None:
    named = [name for name in options if name.startswith("tls-")]
    is_on = _boolean(options, "tls", bool(named), shown)
    if not is_on:
        if named:
            raise ConfigError(KEY, shown, f"{named[0]} without tls")
        return None
    certificate, key = options.get("tls-certificate"), options.get("tls-key")
    if (certificate is None) != (key is None):
        raise ConfigError(KEY, shown, "tls-certificate and tls-key go together")
    return TlsFiles(
        options.get("tls-ca"),
        certificate,
        key,
        options.get("tls-key-password"),
        _boolean(options, "tls-verify-hostname", True, shown),
    )


def _boolean(options: Mapping[str, str], name: str, default: bool, shown: str) -> bool:
    text = options.get(name)
    if text is None:
        return default
    if text not in ("true", "false"):
        raise ConfigError(KEY, shown, f"{name} is true or false")
    return text == "true"
