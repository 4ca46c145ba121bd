# SPDX-License-Identifier: Apache-2.0
"""Options of clients: names, values, and what is said about wrong ones."""

from __future__ import annotations

import inspect
from dataclasses import fields

import pytest

import ottla
from ottla import aio, blocking
from ottla.client.admin_options import AdminKeywords, AdminOptions
from ottla.client.consumer_options import ConsumerKeywords, ConsumerOptions
from ottla.client.errors import ConfigurationError
from ottla.client.options import read_bootstrap_servers, read_options
from ottla.client.producer_options import ProducerKeywords, ProducerOptions
from ottla.client.settings import ClientSettings
from ottla.net.address import Address
from ottla.records.compression import Codec

PAIRS = [
    (ProducerKeywords, ProducerOptions),
    (ConsumerKeywords, ConsumerOptions),
    (AdminKeywords, AdminOptions),
]


@pytest.mark.parametrize(("keywords", "options"), PAIRS)
def test_editors_and_settings_know_the_same_names(keywords, options):
    """What type checkers offer is what there is."""
    assert sorted(keywords.__annotations__) == sorted(field.name for field in fields(options))


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ("linger.ms", "write 'linger_ms'"),
        ("linger", "did you mean 'linger_ms'?"),
        ("compression", "did you mean 'compression_type'?"),
        ("qqq", "there are acks, batch_size"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_one(wrong, advice):
    """No option is ever ignored."""
    with pytest.raises(ConfigurationError, match="there is no option") as raised:
        read_options(ProducerOptions, {wrong: 1})
    assert advice in str(raised.value)


@pytest.mark.parametrize(
    ("options_class", "wrong"),
    [
        (ProducerOptions, {"acks": 2}),
        (ProducerOptions, {"acks": True}),
        (ProducerOptions, {"acks": None}),
        (ProducerOptions, {"acks": 1, "enable_idempotence": True}),
        (ProducerOptions, {"compression_type": "rar"}),
        (ProducerOptions, {"linger_ms": -1}),
        (ProducerOptions, {"linger_ms": "5"}),
        (ProducerOptions, {"batch_size": 0}),
        (ProducerOptions, {"buffer_memory": True}),
        (ProducerOptions, {"interceptors": 5}),
        (ProducerOptions, {"metrics": "prometheus"}),
        (ConsumerOptions, {"interceptors": None}),
        (ConsumerOptions, {"metrics": 5}),
        (ConsumerOptions, {"isolation_level": "serializable"}),
        (ConsumerOptions, {"prefetch_bytes": 0}),
        (AdminOptions, {"client_id": None}),
        (AdminOptions, {"metrics": 5}),
        (AdminOptions, {"request_timeout_ms": 0}),
        (AdminOptions, {"retry_backoff_max_ms": "1000"}),
    ],
)
def test_a_wrong_value_is_named(options_class, wrong):
    """The error has the option, its value and what is allowed."""
    name, value = list(wrong.items())[-1]
    with pytest.raises(ConfigurationError, match=f"{name}={value!r} is not valid: "):
        read_options(options_class, wrong)


def test_settings_of_a_producer():
    """Text and numbers of the protocol belong together; idempotence follows from acks."""
    assert ProducerOptions().sender_settings().acks == -1
    assert ProducerOptions().sender_settings().idempotent
    assert ProducerOptions(acks="0").sender_settings().acks == 0
    assert not ProducerOptions(acks=1).sender_settings().idempotent
    assert not ProducerOptions(enable_idempotence=False).sender_settings().idempotent
    assert ProducerOptions(compression_type="zstd").codec is Codec.ZSTD


def test_settings_of_an_admin():
    """Each option reaches the connections."""
    settings = AdminOptions(
        client_id="c",
        request_timeout_ms=1,
        default_api_timeout_ms=2,
        socket_connection_setup_timeout_ms=3,
        retry_backoff_ms=4,
        retry_backoff_max_ms=5,
    ).client_settings()
    assert settings.client_id == "c"
    assert (settings.request_timeout_ms, settings.operation_timeout_ms) == (1, 2)
    assert settings.connect_timeout_ms == 3
    assert (settings.retry_backoff_ms, settings.retry_backoff_max_ms) == (4, 5)
    assert AdminOptions().client_settings() == ClientSettings()


def test_bootstrap_servers():
    """One text or several; nonsense is named."""
    both = (Address("a", 9092), Address("b", 1))
    assert read_bootstrap_servers("a,b:1") == both
    assert read_bootstrap_servers(["a", "b:1"]) == both
    for wrong in ("", "a:b", 5, [5]):
        with pytest.raises(ConfigurationError, match="bootstrap_servers="):
            read_bootstrap_servers(wrong)


@pytest.mark.parametrize("name", ["Producer", "Consumer"])
def test_both_kinds_have_the_same_methods(name):
    """Who knows one knows the other; parameters are the same as well."""
    front = getattr(ottla, name)
    inner = getattr(aio, name)
    assert front.__module__.startswith(blocking.__name__)
    own_seams = {
        "start", "try_send", "try_send_batch", "cut_values", "make_ready",
        "next_batch", "reader", "topics",
    }  # fmt: skip
    only_blocking = {"poll"}  # asyncio has timeouts of its own
    public = {each for each in vars(inner) if not each.startswith("_")} - own_seams
    assert {each for each in vars(front) if not each.startswith("_")} - only_blocking == (
        public | {"options"}
    )
    for method in public - {"assignment", "options"}:
        theirs = set(getattr(front, method).__annotations__)
        assert theirs - set(getattr(inner, method).__annotations__) <= {"timeout_s"}, method


def test_both_admins_have_the_same_signatures():
    """Names, order, kinds, defaults and types of parameters, and what is returned."""

    def signatures(admin):
        return {
            name: inspect.signature(method)
            for name, method in vars(admin).items()
            if callable(method) and not name.startswith("_") and name != "start"
        }

    ours, theirs = signatures(ottla.Admin), signatures(aio.Admin)
    assert len(ours) > 30
    assert ours == theirs
    assert {name for name in vars(ottla.Admin) if not name.startswith("_")} == {*ours, "options"}
    assert inspect.signature(ottla.Admin) == inspect.signature(aio.Admin)


def test_an_unknown_name():
    """The module says what it does not have."""
    with pytest.raises(AttributeError, match="has no attribute 'Sender'"):
        _ = ottla.Sender
