# SPDX-License-Identifier: Apache-2.0
"""Claims about cluster URLs: what they say arrives, what is wrong is named, no password shows."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ottla.base.errors import ConfigError
from ottla.metadata.engines.cluster_url import open_engine, parse_cluster_url
from ottla.metadata.engines.store_engine import StoreEngine


def test_everything_may_be_said():
    """Servers, credentials, root and options arrive where they belong."""
    url = parse_cluster_url(
        "zookeeper://ann:p%40ss:word@one,two:33,[::1]:44/a/b?session-timeout-ms=4000"
        "&tls=true&tls-ca=/ca.pem&tls-certificate=/c.pem&tls-key=/k.pem&tls-key-password=x"
        "&tls-verify-hostname=false&sasl=DIGEST-MD5"
    )
    assert url.engine == "zookeeper"
    assert url.servers == ("one:2181", "two:33", "[::1]:44")
    assert (url.user, url.password) == ("ann", "p@ss:word")
    assert url.root == "/a/b"
    assert url.session_timeout_s == 4.0
    assert url.sasl_mechanism == "DIGEST-MD5"
    assert url.tls == ("/ca.pem", "/c.pem", "/k.pem", "x", False)
    assert str(url) == "zookeeper://ann@one:2181,two:33,[::1]:44/a/b"


def test_little_needs_to_be_said():
    """Port, root, timeout and the rest have defaults."""
    url = parse_cluster_url("etcd://host")
    assert url == ("etcd", ("host:2379",), "/ottla", None, "", 6.0, None, None)


def test_one_tls_option_turns_tls_on():
    """A file of certificates that were not used would be a trap."""
    tls = parse_cluster_url("etcd://host?tls-ca=/ca.pem").tls
    assert tls == ("/ca.pem", None, None, None, True)


def test_a_password_from_a_file(tmp_path):
    """The file's last line break is no part of the password."""
    path = tmp_path / "password"
    path.write_text("secret\n")
    url = parse_cluster_url(f"etcd://ann@host?password-file={path}")
    assert (url.user, url.password) == ("ann", "secret")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("kafka://host", "write zookeeper://"),
        ("host:2181", "write zookeeper://"),
        ("zookeeper://", "is no server"),
        ("zookeeper://a,,b", "is no server"),
        ("zookeeper://host:x", "is no server"),
        ("zookeeper://host:99999", "is no server"),
        ("etcd://host:", "is no server"),
        ("etcd://host/a//b", "is no root"),
        ("etcd://host/../b", "is no root"),
        ("etcd://:secret@host", "is empty"),
        ("etcd://ann@host", "needs a password"),
        ("etcd://ann:secret@host?password-file=/x", "no other password"),
        ("etcd://ann@host?password-file=/does/not/exist", "cannot be read"),
        ("etcd://ann:secret@host?colour=red", "colour is no option"),
        ("etcd://host?tls=true&tls=true", "twice"),
        ("etcd://host?tls", "NAME=VALUE"),
        ("etcd://host?tls=yes", "true or false"),
        ("etcd://host?tls=false&tls-ca=/x", "without tls"),
        ("etcd://host?tls-key=/x", "go together"),
        ("etcd://host?session-timeout-ms=10", "from 1000 on"),
        ("etcd://host?session-timeout-ms=6s", "from 1000 on"),
        ("etcd://host?sasl=DIGEST-MD5", "sasl is for zookeeper"),
        ("zookeeper://host?sasl=PLAIN", "one of DIGEST-MD5"),
    ],
)
def test_what_is_wrong_is_named(text, reason):
    """Each mistake has a sentence of its own, in which no password is."""
    with pytest.raises(ConfigError, match=reason) as caught:
        parse_cluster_url(text)
    assert "secret" not in str(caught.value)


def test_files_that_cannot_be_used_are_named_at_once():
    """A missing certificate stops the start, not the first connection."""
    with pytest.raises(ConfigError, match="cannot be used"):
        open_engine(parse_cluster_url("etcd://host?tls-ca=/does/not/exist"))


def test_a_broker_alone_does_not_pay():
    """Clients of services are imported by those who use them."""
    code = (
        "import sys, ottla.broker.app, ottla.metadata.engines.cluster_url;"
        "sys.exit(bool({'kazoo', 'aiohttp'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_engine_is_made_without_connecting():
    """Nothing is imported or asked before the first call."""
    assert isinstance(open_engine(parse_cluster_url("zookeeper://host")), StoreEngine)
