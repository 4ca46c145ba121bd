# SPDX-License-Identifier: Apache-2.0
"""Shared options."""

from __future__ import annotations

import click
import pytest

from ottla.cli import session
from ottla.cli.options import (
    bootstrap_option,
    complete_group,
    complete_topic,
    complete_transactional_id,
    parse_pair,
    parse_topic_selection,
)
from ottla.net.address import Address


def bootstrap_of(arguments, **environment: str):
    """Return what a command gets for --bootstrap."""

    @click.command()
    @bootstrap_option
    def command(bootstrap):
        return bootstrap

    from click.testing import CliRunner

    runner = CliRunner()
    with runner.isolation(env=environment):
        return command.main(arguments, standalone_mode=False)


def test_bootstrap():
    """The option wins over the environment, the environment over the default."""
    assert bootstrap_of([]) == (Address("127.0.0.1", 9092),)
    assert bootstrap_of([], OTTLA_BOOTSTRAP="a:1,b:2") == (Address("a", 1), Address("b", 2))
    assert bootstrap_of(["--bootstrap", "c:3"], OTTLA_BOOTSTRAP="a:1") == (Address("c", 3),)


def test_pairs():
    """The first equals sign divides."""
    assert parse_pair("a=b=c") == ("a", "b=c")
    assert parse_pair("a=") == ("a", "")
    for text in ("a", "=b", ""):
        with pytest.raises(click.BadParameter):
            parse_pair(text)


def test_topics_are_completed(monkeypatch):
    """The shell is offered topics that begin with what was typed."""
    monkeypatch.setattr(session, "topic_names_for_completion", lambda _: ["orders", "other", "x"])
    context = click.Context(click.Command("c"))
    assert complete_topic(context, click.Argument(["topic"]), "o") == ["orders", "other"]


def test_groups_and_transactions_are_completed(monkeypatch):
    """The shell is offered groups and transactional ids likewise."""
    monkeypatch.setattr(session, "group_names_for_completion", lambda _: ["shop", "shed", "x"])
    monkeypatch.setattr(session, "transactional_ids_for_completion", lambda _: ["copy", "x"])
    context = click.Context(click.Command("c"))
    argument = click.Argument(["name"])
    assert complete_group(context, argument, "sh") == ["shop", "shed"]
    assert complete_transactional_id(context, argument, "c") == ["copy"]


@pytest.mark.parametrize(
    ("text", "topic", "partitions"),
    [
        ("orders", "orders", None),
        ("orders:3", "orders", (3,)),
        ("orders:4,0-2,1", "orders", (0, 1, 2, 4)),
    ],
)
def test_topic_selections(text, topic, partitions):
    """A topic may come with numbers and spans; each partition counts once."""
    assert parse_topic_selection(text) == (topic, partitions)


@pytest.mark.parametrize("text", ["", ":1", "t:", "t:x", "t:1-", "t:-1", "t:1,,2"])
def test_bad_topic_selections(text):
    """What is no selection is wrong usage."""
    with pytest.raises(click.BadParameter):
        parse_topic_selection(text)


def test_spans_of_partitions_are_bounded():
    """A slip of the finger cannot ask for more partitions than a topic can have."""
    with pytest.raises(click.BadParameter):
        parse_topic_selection("t:0-99999999999")
