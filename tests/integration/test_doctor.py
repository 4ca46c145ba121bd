# SPDX-License-Identifier: Apache-2.0
"""The doctor before real servers: a broker in order, and the usual mistakes."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.integration.certificates import Authority
from tools.kafka.server import KafkaServer
from tools.loopback import free_ports

TIMEOUT_S = 60


def doctor(bootstrap, *, code):
    """Run the doctor as a process; return its checks by name, the last of each."""
    environment = os.environ | {"OTTLA_BOOTSTRAP": bootstrap}
    result = subprocess.run(
        [sys.executable, "-m", "ottla", "doctor", "--json"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert result.stderr == ""
    assert result.returncode == code, result.stdout
    document = json.loads(result.stdout)
    assert document["has_problem"] is (code == 1)
    return {check["check"]: check for check in document["checks"]}


@pytest.fixture
def listener():
    """Return a listening socket."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def address_of(listener):
    """Return where it listens, as an option has it."""
    return f"127.0.0.1:{listener.getsockname()[1]}"


def test_a_broker_in_order(broker):
    """No problem; its data folder is found by itself."""
    subprocess.run(
        [sys.executable, "-m", "ottla", "topics", "create", "t", "--bootstrap", broker.bootstrap],
        check=True,
        capture_output=True,
    )
    checks = doctor(broker.bootstrap, code=0)
    for name in ("name", "connection", "protocol", "advertised", "partitions", "controller"):
        assert checks[name]["result"] == "ok", checks[name]
    assert checks["partitions"]["found"] == "1 partition, all replicas in sync"
    assert checks["data folder"]["about"] == os.path.realpath(broker.data_dir)
    assert f"process {broker.pid}" in checks["data folder"]["found"]


def test_an_advertised_name_that_nobody_knows(start_broker):
    """A container's name is advertised outside of its network."""
    broker = start_broker("--advertise", "kafka.invalid:9092")
    check = doctor(broker.bootstrap, code=1)["advertised"]
    assert check["about"] == "broker 1 at kafka.invalid:9092"
    assert check["result"] == "problem"
    assert "does not resolve here" in check["found"]
    assert "advertised.listeners" in check["next_step"]


def test_an_advertised_port_where_nobody_listens(start_broker):
    """The wrong port is advertised."""
    [port] = free_ports(1)
    broker = start_broker("--advertise", f"127.0.0.1:{port}")
    check = doctor(broker.bootstrap, code=1)["advertised"]
    assert check["result"] == "problem"
    assert check["found"] == "not reachable from here: connection refused"


def test_another_clusters_broker_is_advertised(start_broker):
    """Two clusters on one machine, and one sends its clients to the other."""
    other = start_broker()
    broker = start_broker("--advertise", other.bootstrap)
    check = doctor(broker.bootstrap, code=1)["advertised"]
    assert check["result"] == "problem"
    assert "another cluster answers" in check["found"]


def test_min_isr_that_cannot_be_met(broker):
    """One broker, and a topic that asks for two in-sync replicas."""
    command = ["topics", "create", "t", "--config", "min.insync.replicas=2"]
    subprocess.run(
        [sys.executable, "-m", "ottla", *command, "--bootstrap", broker.bootstrap],
        check=True,
        capture_output=True,
    )
    check = doctor(broker.bootstrap, code=1)["min.insync.replicas"]
    assert check["result"] == "problem"
    assert check["found"].endswith(": t")


def test_a_closed_port():
    """Nothing listens: no more is said of the network, and no traceback."""
    [port] = free_ports(1)
    checks = doctor(f"127.0.0.1:{port}", code=1)
    assert checks["connection"]["found"] == "connection refused"
    assert checks["cluster"]["result"] == "not_checked"
    assert "protocol" not in checks


def test_an_unknown_host():
    """The name does not resolve."""
    checks = doctor("kafka.invalid:9092", code=1)
    assert checks["name"]["result"] == "problem"
    assert "connection" not in checks


def test_a_second_address_is_tried():
    """What is wrong with the first address does not hide the second."""
    [port] = free_ports(1)
    checks = doctor(f"kafka.invalid:9092,127.0.0.1:{port}", code=1)
    assert checks["name"]["about"] == "127.0.0.1"
    assert checks["connection"]["result"] == "problem"


def test_a_web_server():
    """HTTP is recognised."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.timeout = 1
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        Handler.timeout = 1  # it waits for the end of a line that a Kafka request does not have
        thread.start()
        check = doctor(f"127.0.0.1:{server.server_port}", code=1)["protocol"]
        server.shutdown()
        thread.join()
    assert check["result"] == "problem"
    assert "HTTP" in check["found"]


def test_a_server_that_says_nothing(listener):
    """It accepts connections, as a paused broker does, and never answers."""
    check = doctor(address_of(listener), code=1)["protocol"]
    assert check["result"] == "problem"
    assert "answers nothing" in check["found"]


def serve_tls(listener, context):
    """Shake hands with whoever comes, until the listener is closed."""

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) as secured:
                    secured.recv(1)
            except OSError:
                continue

    threading.Thread(target=serve, daemon=True).start()


@pytest.mark.parametrize(
    ("certified", "result"), [("10.1.2.3", "problem"), ("127.0.0.1", "warning")]
)
def test_tls(listener, tmp_path, certified, result):
    """TLS is recognised; a certificate for another address is named, and one that ends soon."""
    certificate, key = Authority(tmp_path).issue("broker", address=certified)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    serve_tls(listener, context)
    checks = doctor(address_of(listener), code=1)
    assert "TLS" in checks["protocol"]["found"]
    assert checks["certificate"]["result"] == result
    assert certified in checks["certificate"]["found"]


def test_tls_that_asks_for_a_certificate(listener, tmp_path):
    """With TLS 1.2 a stranger sees no more than that it is TLS."""
    authority = Authority(tmp_path)
    certificate, key = authority.issue("broker")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.certificate)
    serve_tls(listener, context)
    checks = doctor(address_of(listener), code=1)
    assert "TLS" in checks["protocol"]["found"]
    assert checks["certificate"]["result"] == "not_checked"


def test_apache_kafka():
    """On Kafka there is no problem either, and its controller tells the time."""
    with KafkaServer() as kafka:
        checks = doctor(kafka.address, code=0)
    assert checks["advertised"]["found"] == "reachable, and the right broker answers"
    assert checks["controller clock"]["result"] == "ok"
    assert checks["controller"]["result"] == "ok"
