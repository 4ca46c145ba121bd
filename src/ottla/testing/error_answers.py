# SPDX-License-Identifier: Apache-2.0
"""Answers in which everything that a request names has failed, whatever the API.

Requests and responses of Kafka's protocol are trees that mirror each other: topics with partitions,
groups, resources. For each list of a response that holds error codes there is a list in the
request, at the same place or under a name of its own; what identifies an item has the same name in
both, or one of few others. So one walk over both trees serves every API.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from ottla.protocol.api_keys import ApiKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ottla.broker.handlers import Handler
    from ottla.protocol.errors import ErrorCode
    from ottla.protocol.message import Message, Struct

_PARTITION: Final = ("partition_index", "partition", "partition_id", "index")
_TOPIC: Final = ("name", "topic", "topic_name")
_ALONE: Final = (
    "topic_id", "group_id", "key", "transactional_id", "member_id", "group_instance_id",
    "resource_type", "resource_name", "producer_id", "feature",
)  # fmt: skip
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(_PARTITION, _PARTITION),
    **dict.fromkeys(_TOPIC, _TOPIC),
    **{name: (name,) for name in _ALONE},
}
"""What identifies an item of a response, and how a request may call it."""

_OF_TEXT: Final = (*_TOPIC, "group_id", "key", "transactional_id")
"""What identifies an item that the request names by nothing but a text."""

_NOT_ASKED: Final = ("forgotten_topics_data",)
"""Lists of requests whose items get no outcome."""

_NOT_AN_OUTCOME: Final = ("topic_config_error_code",)


def error_answer(handler: Handler, request: Message, version: int, code: ErrorCode) -> Any:
    """Return the response in which the request and all that it names has failed with `code`.

    A Fetch that names partitions fails in these only: at its top there is the fetch session.
    """
    module = importlib.import_module(f"ottla.protocol.messages.{handler.module}")
    name = type(request).__name__.removesuffix("Request")
    response = getattr(module, f"{name}Response")()
    _fill(module, request, response, code)
    if handler.key == ApiKey.FETCH and response.responses:
        response.error_code = 0
    try:
        response.encode(version)
    except ValueError:
        response.error_code = 0  # this version has codes of single items only
    return response


def _fill(module: Any, request: Struct, response: Struct, code: ErrorCode) -> None:
    """Set the codes of a struct, and give its lists an outcome for each item of the request."""
    _set_codes(response, code)
    outcomes = [
        (name, item)
        for name, item in _lists(module, type(response))
        if _holds_codes(module, item) and not _NAMES.keys().isdisjoint(item.__slots__)
    ]
    asked = [
        items
        for name in request.__slots__
        if name not in _NOT_ASKED and isinstance(items := getattr(request, name), list)
    ]
    if len(outcomes) == 1:  # versions ask for the same through different lists
        asked = [items for items in asked if items][:1]
    for (name, item), items in zip(outcomes, asked, strict=False):
        setattr(response, name, list(_outcomes(module, items, item, code)))


def _outcomes(
    module: Any, asked: Iterable[Any], item: type[Struct], code: ErrorCode
) -> Iterator[Struct]:
    for each in asked:
        outcome = item()
        if isinstance(each, (int, str)):
            names = _PARTITION if isinstance(each, int) else _OF_TEXT
            setattr(outcome, next(name for name in names if name in item.__slots__), each)
            _set_codes(outcome, code)
            yield outcome
        elif _identify(each, outcome):
            _fill(module, each, outcome, code)
            yield outcome
        else:  # the request groups by something that the answer leaves out
            for items in (getattr(each, name) for name in each.__slots__):
                if isinstance(items, list):
                    yield from _outcomes(module, items, item, code)


def _identify(asked: Struct, outcome: Struct) -> bool:
    """Copy what identifies an item; return whether there was anything."""
    found = False
    for name in outcome.__slots__:
        for asked_name in _NAMES.get(name, ()):
            if asked_name in asked.__slots__:
                setattr(outcome, name, getattr(asked, asked_name))
                found = True
                break
    return found


def _set_codes(struct: Struct, code: ErrorCode) -> None:
    for name in struct.__slots__:
        if _is_code(name):
            setattr(struct, name, code)


def _is_code(name: str) -> bool:
    return name.endswith("error_code") and name not in _NOT_AN_OUTCOME


def _holds_codes(module: Any, struct: type[Struct]) -> bool:
    return any(map(_is_code, struct.__slots__)) or any(
        _holds_codes(module, item) for _, item in _lists(module, struct)
    )


def _lists(module: Any, struct: type[Struct]) -> Iterator[tuple[str, type[Struct]]]:
    """Yield the fields of a class that are lists of structs, and the classes of these."""
    for name in struct.__slots__:
        annotation = struct.__annotations__[name]  # a text: "list[Item]" or "list[Item] | None"
        item = getattr(module, annotation.removesuffix(" | None")[5:-1], None)
        if annotation.startswith("list[") and item is not None:
            yield name, item
