# SPDX-License-Identifier: Apache-2.0
"""Every API that is served can be answered with an error, in every version."""

from __future__ import annotations

import importlib

import pytest

from ottla.broker.handlers import HANDLERS
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages import fetch, offset_fetch, produce
from ottla.testing.error_answers import error_answer

SAYS_NOTHING = {(ApiKey.DESCRIBE_LOG_DIRS, 1), (ApiKey.DESCRIBE_LOG_DIRS, 2)}
"""Here only directories have codes, and the request names none."""

CODE = ErrorCode.COORDINATOR_NOT_AVAILABLE


def handler_of(key):
    """Return the row of an API."""
    return next(handler for handler in HANDLERS if handler.key == key)


def sample(module, struct):
    """Return a struct with one item in each list."""
    made = struct()
    for name in struct.__slots__:
        kind = struct.__annotations__[name].removesuffix(" | None")
        if kind.startswith("list["):
            item = getattr(module, kind[5:-1], None)
            value = (
                sample(module, item)
                if item
                else {"int": 7, "str": "x", "bytes": bytes(16)}[kind[5:-1]]
            )
            setattr(made, name, [value])
        elif kind == "str":
            setattr(made, name, "x")
    return made


def codes(response):
    """Return every error code in a tree."""
    return {
        getattr(struct, name)
        for struct in structs(response)
        for name in struct.__slots__
        if name.endswith("error_code") and name != "topic_config_error_code"
    }


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda handler: handler.module)
def test_what_is_asked_for_has_failed(handler):
    """A request as it comes from the wire, in each version that is served."""
    module = importlib.import_module(f"ottla.protocol.messages.{handler.module}")
    name = "".join(map(str.capitalize, handler.module.split("_")))
    request_class, response_class = (getattr(module, name + s) for s in ("Request", "Response"))
    for version in handler.versions:
        request = fitted(sample(module, request_class), version)
        response = error_answer(handler, request, version, CODE)
        decoded = response_class.decode(response.encode(version), version)
        found = codes(decoded)
        assert CODE in found or (handler.key, version) in SAYS_NOTHING, version
        assert found - {0, CODE} == set()


def fitted(request, version):
    """Return a request without what a version has no room for."""
    while True:
        try:
            return type(request).decode(request.encode(version), version)
        except ValueError as error:  # "Struct.field is set, but version ..."
            owner, _, field = str(error).partition(" ")[0].partition(".")
            for struct in structs(request):
                if type(struct).__name__ == owner:
                    setattr(struct, field, getattr(type(struct)(), field))


def structs(struct):
    """Yield a struct and all that are in its lists."""
    yield struct
    for name in struct.__slots__:
        for item in getattr(struct, name) if isinstance(getattr(struct, name), list) else ():
            if hasattr(item, "__slots__"):
                yield from structs(item)


def test_partitions_of_an_answer_are_those_of_the_request():
    """With their topics, by name or by id."""
    asked = produce.ProduceRequest(
        topic_data=[
            produce.TopicProduceData(
                topic_id=b"a" * 16,
                partition_data=[produce.PartitionProduceData(index=i) for i in (4, 2)],
            )
        ]
    )
    answer = error_answer(handler_of(ApiKey.PRODUCE), asked, 13, CODE)
    (topic,) = answer.responses
    assert topic.topic_id == b"a" * 16
    assert [(p.index, p.error_code) for p in topic.partition_responses] == [(4, CODE), (2, CODE)]

    groups = offset_fetch.OffsetFetchRequest(
        groups=[
            offset_fetch.OffsetFetchRequestGroup(
                group_id="g",
                topics=[offset_fetch.OffsetFetchRequestTopics(name="t", partition_indexes=[0, 1])],
            )
        ]
    )
    (group,) = error_answer(handler_of(ApiKey.OFFSET_FETCH), groups, 8, CODE).groups
    assert (group.group_id, group.error_code) == ("g", CODE)
    assert [p.partition_index for p in group.topics[0].partitions] == [0, 1]


def test_a_fetch_fails_in_its_partitions():
    """Its top is the session's, unless no partition is named."""
    handler = handler_of(ApiKey.FETCH)
    partitions = [fetch.FetchPartition(partition=3)]
    asked = fetch.FetchRequest(topics=[fetch.FetchTopic(topic="t", partitions=partitions)])
    answer = error_answer(handler, asked, 12, CODE)
    assert answer.error_code == 0
    assert answer.responses[0].partitions[0].error_code == CODE
    assert error_answer(handler, fetch.FetchRequest(), 12, CODE).error_code == CODE
