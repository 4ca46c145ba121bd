# SPDX-License-Identifier: Apache-2.0
"""How failures of the client read on the command line."""

from __future__ import annotations

import socket

import pytest

from ottla.cli.main import main
from ottla.cli.session import (
    explain,
    group_names_for_completion,
    topic_names_for_completion,
    transactional_ids_for_completion,
)
from ottla.client.errors import BrokerUnreachableError, RequestTimeoutError, UnknownTopicError
from ottla.net.address import Address
from ottla.protocol.errors import ApiError, ErrorCode


@pytest.fixture
def free_port():
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_refused_connection_tells_the_next_step():
    """Nobody listens: start a broker, or name another."""
    error = BrokerUnreachableError(Address("h", 1), "connection refused", refused=True)
    assert explain(error) == (
        "no broker answers at h:1; start one with `ottla start`, "
        "or name another with --bootstrap HOST:PORT"
    )


def test_other_connection_errors_tell_the_reason():
    """A name that cannot be resolved is no broker that is down."""
    error = BrokerUnreachableError(Address("h", 1), "Name or service not known")
    assert explain(error) == "no broker answers at h:1: Name or service not known"


def test_codes_stand_behind_the_sentence():
    """The code is there for whoever looks it up, behind the words."""
    error = ApiError(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic 't' already exists.")
    assert explain(error) == (
        "Topic 't' already exists; see it with `ottla topics describe` (TOPIC_ALREADY_EXISTS)"
    )


def test_missing_topic_and_time_outs():
    """A missing topic says how to make it; other errors speak for themselves."""
    assert explain(UnknownTopicError("t")).endswith("create it with `ottla topics create t`")
    assert explain(RequestTimeoutError("h:1 did not answer")) == "h:1 did not answer"


@pytest.mark.parametrize(
    "arguments",
    [
        ["topics", "list"],
        ["cluster", "describe"],
        ["consume", "t"],
        ["configs", "describe", "topic", "t"],
        ["groups", "list"],
        ["groups", "describe", "g"],
        ["groups", "reset-offsets", "g", "--all-topics", "--to-latest"],
        ["transactions", "list"],
        ["transactions", "abort", "x", "--yes"],
    ],
)
def test_commands_without_a_broker(capsys, free_port, arguments):
    """Every command fails in one sentence with exit code 1 when no broker is there."""
    assert main([*arguments, "--bootstrap", f"127.0.0.1:{free_port}"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"ottla: no broker answers at 127.0.0.1:{free_port}; start one")
    assert error.count("\n") == 1


def test_groups_tell_the_next_step():
    """A missing group says how to see those there are; a group in use, what to do first."""
    error = ApiError(ErrorCode.GROUP_ID_NOT_FOUND, "group 'g' does not exist")
    assert explain(error) == (
        "group 'g' does not exist; `ottla groups list` shows those there are (GROUP_ID_NOT_FOUND)"
    )
    assert "stop them first" in explain(ApiError(ErrorCode.NON_EMPTY_GROUP))


@pytest.mark.parametrize(
    "names",
    [topic_names_for_completion, group_names_for_completion, transactional_ids_for_completion],
)
def test_completion_is_silent_without_a_broker(free_port, names):
    """A press of Tab never shows an error."""
    assert names([Address("127.0.0.1", free_port)]) == []
