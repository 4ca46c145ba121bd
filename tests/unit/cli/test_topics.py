# SPDX-License-Identifier: Apache-2.0
"""`ottla topics`: how results and refusals are shown."""

from __future__ import annotations

import json

import pytest

from ottla.base.ids import ZERO_UUID
from ottla.cli import topics
from ottla.cli.main import main
from ottla.client.admin import CreatedTopic
from ottla.client.metadata import PartitionMetadata, TopicMetadata
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode

TOPIC = TopicMetadata(
    "orders",
    b"i" * 16,
    partitions=(PartitionMetadata(0, 1, 4, (1, 2), (1,)), PartitionMetadata(1, -1, 0, (2,), ())),
)
INTERNAL = TopicMetadata("__consumer_offsets", b"j" * 16, is_internal=True)


@pytest.fixture
def answering(monkeypatch):
    """Let the cluster part of each command return a fixed answer."""

    def answer(value):
        monkeypatch.setattr(topics, "with_cluster", lambda _, __: value)

    return answer


def test_list_hides_internal_topics(answering, capsys):
    """Internal topics are shown only when asked for."""
    answering([INTERNAL, TOPIC])
    main(["topics", "list"])
    assert capsys.readouterr().out == "TOPIC\tPARTITIONS\tREPLICAS\norders\t2\t2\n"
    main(["topics", "list", "--all", "--json"])
    names = [topic["name"] for topic in json.loads(capsys.readouterr().out)]
    assert names == ["__consumer_offsets", "orders"]


def test_describe_shows_what_is_missing(answering, capsys):
    """A partition without a leader says so and has no offsets."""
    description = topics._Description(TOPIC, {TopicPartition("orders", 0): (3, 10)}, [])
    answering([description])
    main(["topics", "describe", "orders"])
    rows = capsys.readouterr().out.splitlines()
    assert rows[-2:] == ["0\t1\t1,2\t1\t3\t10\t7", "1\tnone\t2\t\t\t\t"]
    main(["topics", "describe", "orders", "--json"])
    [document] = json.loads(capsys.readouterr().out)
    assert document["partitions"][1]["leader"] is None
    assert document["partitions"][0]["end_offset"] == 10


@pytest.mark.parametrize(
    ("created", "text"),
    [
        (CreatedTopic("t", b"i" * 16, 1, 1), "Created topic t with 1 partition\n"),
        (CreatedTopic("t", ZERO_UUID, -1, -1), "Created topic t\n"),
        (None, "Topic t exists already\n"),
    ],
)
def test_create(answering, capsys, created, text):
    """The outcome is told, also by brokers that tell little."""
    answering([created])
    main(["topics", "create", "t"])
    assert capsys.readouterr().out == text
    main(["topics", "create", "t", "--json"])
    assert json.loads(capsys.readouterr().out)[0]["created"] == (created is not None)


def test_delete_reports_each_topic(answering, capsys):
    """What was deleted is told, what was not is an error that names it."""
    answering(
        {
            "a": None,
            "b": ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
            "c": ApiError(ErrorCode.TOPIC_AUTHORIZATION_FAILED, "topic 'c': no"),
        }
    )
    assert main(["topics", "delete", "a", "b", "c", "--yes"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "Deleted topic a\n"
    assert "topic 'b' does not exist; topic 'c': no (TOPIC_AUTHORIZATION_FAILED)" in captured.err
