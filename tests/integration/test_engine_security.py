# SPDX-License-Identifier: Apache-2.0
"""Who may read and write the cluster: encryption and credentials of both services."""

from __future__ import annotations

import asyncio
import base64
import json
import urllib.request

import pytest
from tests.integration.certificates import Authority
from tests.unit.metadata.engines.conformance import append, names_of
from tools.etcd import EtcdServer
from tools.loopback import free_ports
from tools.zookeeper import ZooKeeperServer

from ottla.metadata.engines.cluster_url import open_engine, parse_cluster_url
from ottla.metadata.journal import EngineRefused, EngineUnavailable


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Return an authority that servers and clients trust."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def zookeeper(authority):
    """Return a ZooKeeper with a plain port, and an encrypted one that asks for certificates."""
    certificate, key = authority.issue("zookeeper")
    both = certificate.with_name("zookeeper-both.pem")
    both.write_text(key.read_text() + certificate.read_text())
    (port,) = free_ports(1)
    jaas = certificate.with_name("jaas.conf")
    jaas.write_text(
        "Server { org.apache.zookeeper.server.auth.DigestLoginModule required "
        'user_ann="sesame"; };\n'
    )
    settings = {
        "serverCnxnFactory": "org.apache.zookeeper.server.NettyServerCnxnFactory",
        "secureClientPort": str(port),
        "secureClientPortAddress": "127.0.0.1",
        "ssl.keyStore.location": str(both),
        "ssl.trustStore.location": str(authority.certificate),
        "ssl.clientAuth": "need",
        "authProvider.sasl": "org.apache.zookeeper.server.auth.SASLAuthenticationProvider",
    }
    server = ZooKeeperServer(
        settings=settings, java_options=(f"-Djava.security.auth.login.config={jaas}",)
    )
    with server:
        server.secure_address = f"127.0.0.1:{port}"
        yield server


@pytest.fixture(scope="module")
def etcd(authority):
    """Return an etcd with users, on an encrypted port."""
    certificate, key = authority.issue("etcd")
    with EtcdServer(certificate=certificate, key=key, authority=authority.certificate) as server:
        for path, body in (
            ("user/add", {"name": "root", "password": "root"}),
            ("user/grant", {"user": "root", "role": "root"}),
            ("user/add", {"name": "ann", "password": "sesame"}),
            ("role/add", {"name": "ottla"}),
            ("role/grant", {"name": "ottla", "perm": _permission("/secured/")}),
            ("user/grant", {"user": "ann", "role": "ottla"}),
            ("enable", {}),
        ):
            request = urllib.request.Request(
                f"{server.url}/v3/auth/{path}", json.dumps(body).encode(), method="POST"
            )
            urllib.request.urlopen(request, context=server.context()).close()
        yield server


def _permission(prefix):
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    key, range_end = (base64.b64encode(text.encode()).decode() for text in (prefix, end))
    return {"permType": "READWRITE", "key": key, "range_end": range_end}


async def use(url):
    """Write and read once."""
    engine = open_engine(parse_cluster_url(url))
    try:
        await engine.join("c")
        epoch = await engine.campaign(1)
        offset = await engine.end_offset()
        await append(engine, epoch, offset, f"t{offset}")
        await engine.wait_beyond(offset)
        return (await names_of(engine))[-1]
    finally:
        await engine.close()


def run(url):
    """Use a cluster in a loop of its own."""
    return asyncio.run(asyncio.wait_for(use(url), 30))


def test_zookeeper_encrypted(zookeeper, authority):
    """Both sides show certificates; without one, or with another authority, nothing is said."""
    certificate, key = authority.issue("broker")
    address = f"zookeeper://{zookeeper.secure_address}/tls"
    ca = f"tls-ca={authority.certificate}"
    mine = f"tls-certificate={certificate}&tls-key={key}"
    assert run(f"{address}?{ca}&{mine}") == "t0"
    with pytest.raises(EngineUnavailable):
        run(f"{address}?{ca}&session-timeout-ms=1500")
    with pytest.raises(EngineUnavailable, match="certificate verify failed"):
        run(f"{address}?{mine}&session-timeout-ms=1500")


def test_zookeeper_with_a_password(zookeeper):
    """The tree belongs to the user who founded the cluster: others are refused, by name."""
    address = f"{zookeeper.address}/digest"
    assert run(f"zookeeper://ann:sesame@{address}") == "t0"
    assert run(f"zookeeper://ann:sesame@{address}") == "t1"
    for others in ("", "ann:wrong@", "bob:sesame@"):
        with pytest.raises(EngineRefused, match="user and password"):
            run(f"zookeeper://{others}{address}")


def test_zookeeper_with_sasl(zookeeper):
    """SASL opens the door with the right password only."""
    address = f"{zookeeper.address}/sasl?sasl=DIGEST-MD5"
    assert run(f"zookeeper://ann:sesame@{address}") == "t0"
    with pytest.raises(EngineRefused):
        run(f"zookeeper://ann:wrong@{address}")
    with pytest.raises(EngineRefused):
        run(f"zookeeper://{zookeeper.address}/sasl")


def test_etcd_encrypted_with_a_password(etcd, authority):
    """The right user gets in; a wrong password, no password, or another user's keys do not."""
    ca = f"tls-ca={authority.certificate}"
    assert run(f"etcd://ann:sesame@{etcd.address}/secured/c?{ca}") == "t0"
    assert run(f"etcd://ann:sesame@{etcd.address}/secured/c?{ca}") == "t1"
    for others, root in (("ann:wrong@", "secured"), ("", "secured"), ("ann:sesame@", "other")):
        with pytest.raises(EngineRefused):
            run(f"etcd://{others}{etcd.address}/{root}/c?{ca}")


def test_etcd_with_a_certificate_of_nobody(etcd):
    """A server whose authority is not trusted is not talked to; the text says why."""
    with pytest.raises(EngineUnavailable, match="certificate"):
        run(f"etcd://ann:sesame@{etcd.address}/secured/c?tls=true&session-timeout-ms=1500")
