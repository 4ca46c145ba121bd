# SPDX-License-Identifier: Apache-2.0
"""What the doctor makes of an address: each judgement, good and bad."""

from __future__ import annotations

import pytest

from ottla.cli.doctor.check import Verdict
from ottla.cli.doctor.network_checks import (
    DAY_S,
    covers,
    is_loopback,
    judge_advertised,
    judge_bootstrap,
    judge_certificate,
    judge_connection,
    judge_name,
    judge_protocol,
)
from ottla.cli.doctor.probe import AddressFacts, Attempt, Certificate, Identity, Speaker
from ottla.client.metadata import ClusterMetadata
from ottla.net.address import Address

HERE = Address("localhost", 9092)
FAR = Address("kafka.example", 9092)
V4 = Attempt("127.0.0.1", "")
REFUSED_V4 = Attempt("127.0.0.1", "connection refused", is_refused=True)
REFUSED_V6 = Attempt("::1", "connection refused", is_refused=True)
SILENT_V4 = Attempt("10.0.0.9", "no answer in 2 s")
NOW_S = 1_000_000_000.0


def answering(address, *, cluster_id="c", is_expected=True):
    """Return the facts of a broker that answers."""
    identity = Identity(ClusterMetadata(cluster_id), {}, is_expected)
    return AddressFacts(address, "", (V4,), Speaker.BROKER, identity=identity)


def test_a_name_that_resolves():
    """The addresses are shown; an address needs no name."""
    check = judge_name(AddressFacts(HERE, attempts=(REFUSED_V6, V4)))
    assert (check.verdict, check.found) == (Verdict.OK, "resolves to ::1, 127.0.0.1")
    check = judge_name(AddressFacts(Address("127.0.0.1", 1), attempts=(V4,)))
    assert check.found == "an address, no name to resolve"


def test_a_name_that_does_not_resolve():
    """That is all there is to say of the address."""
    facts = AddressFacts(FAR, resolve_error="Name or service not known")
    [check] = judge_bootstrap(facts, NOW_S)
    assert check.verdict is Verdict.PROBLEM
    assert "Name or service not known" in check.found
    assert "DNS" in check.next_step


def test_connections():
    """All accept; none accepts, in two ways that have different remedies."""
    assert judge_connection(AddressFacts(HERE, attempts=(V4,))).verdict is Verdict.OK
    refused = judge_connection(AddressFacts(HERE, attempts=(REFUSED_V6, REFUSED_V4)))
    assert refused.verdict is Verdict.PROBLEM
    assert "ottla start" in refused.next_step
    silent = judge_connection(AddressFacts(FAR, attempts=(SILENT_V4,)))
    assert silent.verdict is Verdict.PROBLEM
    assert "firewall" in silent.next_step


def test_ipv6_comes_first_and_nobody_listens_there():
    """The trouble with localhost is a warning that names it."""
    check = judge_connection(AddressFacts(HERE, attempts=(REFUSED_V6, V4)))
    assert check.verdict is Verdict.WARNING
    assert "IPv6 first" in check.next_step
    later = judge_connection(AddressFacts(FAR, attempts=(V4, SILENT_V4)))
    assert later.verdict is Verdict.WARNING
    assert "IPv6" not in later.next_step


@pytest.mark.parametrize("speaker", Speaker)
def test_only_a_broker_is_right(speaker):
    """Whatever else answers is a problem with a next step."""
    check = judge_protocol(AddressFacts(FAR, attempts=(V4,), speaker=speaker))
    if speaker is Speaker.BROKER:
        assert check.verdict is Verdict.OK
    else:
        assert check.verdict is Verdict.PROBLEM
        assert check.found
        assert check.next_step


@pytest.mark.parametrize(
    ("names", "days", "verdict", "words"),
    [
        (("kafka.example",), 90, Verdict.OK, "expires in 90 days"),
        (("kafka.example",), 29, Verdict.WARNING, "expires in 29 days"),
        (("kafka.example",), -3, Verdict.PROBLEM, "expired 3 days ago"),
        (("b1.internal", "10.0.0.1"), 90, Verdict.PROBLEM, "for b1.internal, 10.0.0.1, not for"),
        (("a", "b", "c", "d", "e", "f"), 90, Verdict.PROBLEM, "for a, b, c, d and 2 more, not for"),
        ((), 90, Verdict.PROBLEM, "no name at all"),
    ],
)
def test_certificates(names, days, verdict, words):
    """Names and expiry."""
    certificate = Certificate(names, NOW_S + days * DAY_S)
    facts = AddressFacts(FAR, attempts=(V4,), speaker=Speaker.TLS, certificate=certificate)
    check = judge_certificate(facts, NOW_S)
    assert check.verdict is verdict
    assert words in check.found


def test_a_certificate_that_is_not_shown():
    """Nothing is claimed of it."""
    facts = AddressFacts(FAR, attempts=(V4,), speaker=Speaker.TLS)
    checks = judge_bootstrap(facts, NOW_S)
    assert [check.verdict for check in checks[2:]] == [Verdict.PROBLEM, Verdict.NOT_CHECKED]


@pytest.mark.parametrize(
    ("name", "host", "is_covered"),
    [
        ("Kafka.example", "kafka.EXAMPLE.", True),
        ("*.example", "kafka.example", True),
        ("*.example", "a.kafka.example", False),
        ("*.example", "example", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("*.0.0.1", "10.0.0.1", False),
        ("0:0:0:0:0:0:0:1", "::1", True),
    ],
)
def test_names_of_certificates(name, host, is_covered):
    """Wildcards stand for one label; addresses are compared as addresses."""
    assert covers(Certificate((name,), 0), host) is is_covered


def test_an_advertised_listener_that_is_right():
    """Reachable from here, and it is that broker; or at least nothing says otherwise."""
    check = judge_advertised(1, answering(FAR), "c", [FAR])
    assert (check.verdict, check.next_step) == (Verdict.OK, "")
    check = judge_advertised(1, answering(FAR, is_expected=None), "c", [FAR])
    assert check.verdict is Verdict.OK
    assert "could not be asked" in check.found
    assert judge_advertised(1, answering(HERE), "c", [HERE]).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (AddressFacts(Address("0.0.0.0", 9092), attempts=(V4,)), "listen on, not one to connect"),
        (AddressFacts(Address("::", 9092), attempts=(V4,)), "listen on, not one to connect"),
        (AddressFacts(Address("4f2a", 9092), resolve_error="unknown"), "does not resolve here"),
        (AddressFacts(FAR, attempts=(SILENT_V4,)), "not reachable from here: 10.0.0.9: no answer"),
        (AddressFacts(FAR, attempts=(V4,), speaker=Speaker.TLS), "it speaks TLS"),
        (answering(FAR, cluster_id="other"), "another cluster answers (other)"),
        (answering(FAR, is_expected=False), "another broker answers, not broker 1"),
    ],
)
def test_advertised_listeners_that_are_wrong(facts, words):
    """Each kind of mistake is a problem that tells of advertised.listeners."""
    check = judge_advertised(1, facts, "c", [FAR])
    assert check.verdict is Verdict.PROBLEM
    assert words in check.found
    assert "advertised.listeners" in check.next_step


def test_loopback_is_advertised_to_the_world():
    """It may even work from here, by accident."""
    check = judge_advertised(1, answering(HERE), "c", [FAR])
    assert check.verdict is Verdict.WARNING
    check = judge_advertised(1, AddressFacts(HERE, attempts=(REFUSED_V4,)), "c", [FAR])
    assert check.verdict is Verdict.PROBLEM
    assert "every client's own machine" in check.found


def test_loopback():
    """Names and addresses of the machine that asks."""
    assert all(map(is_loopback, ("localhost", "LOCALHOST.", "127.0.0.1", "127.9.9.9", "::1")))
    assert not any(map(is_loopback, ("kafka", "10.0.0.1", "::", "localhost.example")))
