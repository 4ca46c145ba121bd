# SPDX-License-Identifier: Apache-2.0
"""Judges what was found at an address: name, connection, protocol, certificate, advertisement."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from ottla.cli.doctor.check import Check, Verdict
from ottla.cli.doctor.probe import Speaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.cli.doctor.probe import AddressFacts, Certificate
    from ottla.net.address import Address

DAY_S: Final = 86_400
EXPIRES_SOON_DAYS: Final = 30
NAMES_MAX: Final = 4

ADVERTISE_STEP: Final = (
    "give the broker an address that clients can reach: advertised.listeners in its "
    "configuration, `ottla start --advertise HOST:PORT`"
)
PLAIN_STEP: Final = (
    "name a listener that speaks Kafka's protocol in plain text: Ottla's client has no {what} yet"
)


def judge_bootstrap(facts: AddressFacts, now_s: float) -> list[Check]:
    """Judge an address that was given on the command line, one thing after the other."""
    checks = [judge_name(facts)]
    if facts.attempts:
        checks.append(judge_connection(facts))
    if facts.speaker is not None:
        checks.append(judge_protocol(facts))
    if facts.speaker is Speaker.TLS:
        checks.append(judge_certificate(facts, now_s))
    return checks


def judge_name(facts: AddressFacts) -> Check:
    """Judge whether the host's name stands for an address."""
    about = facts.address.host
    if facts.resolve_error:
        return Check(
            "name",
            about,
            Verdict.PROBLEM,
            f"it does not resolve: {facts.resolve_error}",
            "check the spelling, DNS and /etc/hosts of this machine; names of containers are "
            "known only inside their own network",
        )
    ips = ", ".join(attempt.ip for attempt in facts.attempts)
    if ips == about:
        return Check("name", about, Verdict.OK, "an address, no name to resolve")
    return Check("name", about, Verdict.OK, f"resolves to {ips}")


def judge_connection(facts: AddressFacts) -> Check:
    """Judge who accepts connections; the first address decides for many clients."""
    about = str(facts.address)
    failed = [attempt for attempt in facts.attempts if attempt.error]
    reasons = _reasons(facts)
    if facts.connected_ip is None:
        if all(attempt.is_refused for attempt in failed):
            step = "start the broker (`ottla start`), or correct host and port"
        else:
            step = "check that the machine is up, and the firewalls and routes on the way"
        return Check("connection", about, Verdict.PROBLEM, reasons, step)
    accepted = f"accepted at {facts.connected_ip}"
    if not failed:
        return Check("connection", about, Verdict.OK, accepted)
    step = (
        f"clients that try only the first address fail: use {facts.connected_ip}, or let the "
        "broker listen on all of them"
    )
    if ":" in failed[0].ip and facts.attempts[0] is failed[0]:
        step = (
            f"the name stands for IPv6 first and the broker listens on IPv4 only: use "
            f"{facts.connected_ip}, or let the broker listen on [::] as well"
        )
    return Check("connection", about, Verdict.WARNING, f"{accepted}; {reasons}", step)


def judge_protocol(facts: AddressFacts) -> Check:
    """Judge what answers."""
    about = str(facts.address)
    verdict, found, step = Verdict.PROBLEM, "", ""
    match facts.speaker:
        case Speaker.BROKER:
            verdict, found = Verdict.OK, "a Kafka broker"
        case Speaker.LOGIN:
            found = "a broker that hangs up on whoever has not logged in (SASL)"
            step = PLAIN_STEP.format(what="SASL")
        case Speaker.TLS:
            found = "it speaks TLS and was spoken to in plain text"
            step = PLAIN_STEP.format(what="TLS")
        case Speaker.HTTP:
            found = "a web server (HTTP), not a Kafka broker"
            step = "use the broker's port, often 9092; 8081 to 8083 and 8080 are other services"
        case Speaker.OTHER:
            found = f"not Kafka's protocol: it answers {facts.greeting!r}"
            step = "use the broker's host and port"
        case _:
            found = "it accepts connections and answers nothing that can be understood"
            step = "check that it is a broker, that it is not paused, and what its log says"
    return Check("protocol", about, verdict, found, step)


def judge_certificate(facts: AddressFacts, now_s: float) -> Check:
    """Judge names and expiry of a TLS listener's certificate."""
    about = str(facts.address)
    certificate = facts.certificate
    if certificate is None:
        found = "it was not shown: the listener refuses our handshake or wants a certificate first"
        return Check("certificate", about, Verdict.NOT_CHECKED, found)
    names = ", ".join(certificate.names[:NAMES_MAX]) or "no name at all"
    if len(certificate.names) > NAMES_MAX:
        names += f" and {len(certificate.names) - NAMES_MAX} more"
    host = facts.address.host
    days = (certificate.expires_s - now_s) / DAY_S
    if days < 0:
        return Check(
            "certificate", about, Verdict.PROBLEM, f"expired {_days(-days)} ago", "renew it"
        )
    if not covers(certificate, host):
        return Check(
            "certificate",
            about,
            Verdict.PROBLEM,
            f"it is for {names}, not for {host}",
            f"connect by a name that it has, or issue one with {host} as subjectAltName",
        )
    found = f"for {names}, expires in {_days(days)}"
    if days < EXPIRES_SOON_DAYS:
        return Check("certificate", about, Verdict.WARNING, found, "renew it in time")
    return Check("certificate", about, Verdict.OK, found)


def covers(certificate: Certificate, host: str) -> bool:
    """Say whether a certificate is for a host; a wildcard stands for one label (RFC 6125)."""
    ip = _ip(host)
    if ip is not None:
        return any(_ip(name) == ip for name in certificate.names)
    wanted = host.lower().rstrip(".")
    for name in map(str.lower, certificate.names):
        if name == wanted or (name.startswith("*.") and wanted.partition(".")[2] == name[2:]):
            return True
    return False


def judge_advertised(
    broker_id: int, facts: AddressFacts, cluster_id: str | None, bootstrap: Sequence[Address]
) -> Check:
    """Judge the address that a broker tells its clients to use."""
    about = f"broker {broker_id} at {facts.address}"
    problem = _advertised_problem(broker_id, facts, cluster_id)
    is_far = not any(is_loopback(address.host) for address in bootstrap)
    if problem is None:
        if is_loopback(facts.address.host) and is_far:
            found = "a loopback address: only clients on the broker's own machine reach it"
            return Check("advertised", about, Verdict.WARNING, found, ADVERTISE_STEP)
        if facts.identity is not None and facts.identity.is_expected is None:
            return Check("advertised", about, Verdict.OK, "reachable; its id could not be asked")
        return Check("advertised", about, Verdict.OK, "reachable, and the right broker answers")
    if is_loopback(facts.address.host) and is_far:
        problem += "; a loopback address is every client's own machine"
    return Check("advertised", about, Verdict.PROBLEM, problem, ADVERTISE_STEP)


def _advertised_problem(broker_id: int, facts: AddressFacts, cluster_id: str | None) -> str | None:
    if _is_unspecified(facts.address.host):
        return "an address to listen on, not one to connect to"
    if facts.resolve_error:
        return f"the name does not resolve here: {facts.resolve_error}"
    if facts.connected_ip is None:
        return f"not reachable from here: {_reasons(facts)}"
    if facts.identity is None:
        return judge_protocol(facts).found
    if facts.identity.metadata.cluster_id != cluster_id:
        return f"a broker of another cluster answers ({facts.identity.metadata.cluster_id})"
    if facts.identity.is_expected is False:
        return f"another broker answers, not broker {broker_id}"
    return None


def _reasons(facts: AddressFacts) -> str:
    if [attempt.ip for attempt in facts.attempts] == [facts.address.host]:
        return facts.attempts[0].error
    return ", ".join(
        f"{attempt.ip}: {attempt.error}" for attempt in facts.attempts if attempt.error
    )


def is_loopback(host: str) -> bool:
    """Say whether a host is always the machine that asks."""
    ip = _ip(host)
    if ip is not None:
        return ip.is_loopback
    return host.lower().rstrip(".") in {"localhost", "localhost.localdomain"}


def _is_unspecified(host: str) -> bool:
    ip = _ip(host)
    return ip is not None and ip.is_unspecified


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _days(days: float) -> str:
    return "1 day" if int(days) == 1 else f"{int(days)} days"
