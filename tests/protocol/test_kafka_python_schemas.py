# SPDX-License-Identifier: Apache-2.0
"""Our definitions say what the schemas inside the kafka-python wheel say, wherever both exist.

kafka-python carries copies of Kafka's own schemas. Each message is flattened, version by version,
to the sequence of its fields with types, nullability, tags and defaults; struct names are not
compared, since one name may stand for two structs there.
"""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.protocol.definitions import Case, all_definitions, cases

from ottla.protocol.api_keys import ApiKey

_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*')


def _resources() -> Path:
    """Find the schemas without importing kafka, which takes long and warns."""
    spec = importlib.util.find_spec("kafka")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "protocol" / "schemas" / "resources"


_RESOURCES = _resources()

_NEWEST = 32_767


def _known(name: str) -> bool:
    return (_RESOURCES / f"{name}.json").is_file()


def _schema(name: str) -> dict[str, Any]:
    text = (_RESOURCES / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(_COMMENT.sub(lambda match: match[1] or "", text))


def _range(text: str | None) -> range:
    if text is None or text == "none":
        return range(0)
    if text.endswith("+"):
        return range(int(text[:-1]), _NEWEST)
    low, _, high = text.partition("-")
    return range(int(low), int(high or low) + 1)


@pytest.mark.parametrize("case", cases(lambda _, message: _known(message.struct.name)))
def test_fields_agree_with_kafka_pythons_schemas(case: Case):
    """Names, order, types, nullability, tags and defaults of a version are the same in both."""
    schema = _schema(case.message.struct.name)
    if case.version not in _range(schema["validVersions"]):
        assert case.version > max(_range(schema["validVersions"])), "an older version is missing"
        return
    assert case.message.is_flexible(case.version) == (
        case.version in _range(schema["flexibleVersions"])
    )
    commons = {struct["name"]: struct["fields"] for struct in schema.get("commonStructs", ())}
    theirs = list(_their_fields(schema["fields"], case.version, commons, ""))
    assert list(_our_fields(case.message.struct.fields, case.version, "")) == theirs


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        pytest.param(definition, message, id=message.struct.name)
        for definition in all_definitions()
        for message in definition.messages
        if _known(message.struct.name)
    ],
)
def test_what_may_be_lost_and_what_is_a_key_agree_with_kafka_pythons_schemas(definition, message):
    """`ignorable` and `key` stand where the schemas have them; ours omit what has no effect."""
    schema = _schema(message.struct.name)
    commons = {struct["name"]: struct["fields"] for struct in schema.get("commonStructs", ())}
    theirs = dict(_their_marks(schema["fields"], commons, ""))
    for name, is_ignorable, is_key, is_sometimes_absent in _our_marks(message.struct, message, ""):
        if name in theirs:  # a newer version may have fields that the wheel does not know yet
            assert (is_ignorable, is_key) == (
                theirs[name][0] and is_sometimes_absent,
                theirs[name][1],
            ), name


def _our_marks(struct, message, path):
    for field in struct.fields:
        name = path + field.name.replace("_", "")
        is_sometimes_absent = not field.versions.covers(message.versions)
        yield name, field.is_ignorable, field.is_key, is_sometimes_absent
        if field.struct is not None:
            yield from _our_marks(field.struct, message, f"{name}.")


def _their_marks(fields, commons, path):
    for field in fields:
        name = path + field["name"].lower()
        yield name, (bool(field.get("ignorable")), bool(field.get("mapKey")))
        inner = field.get("fields") or commons.get(field["type"].removeprefix("[]"), ())
        yield from _their_marks(inner, commons, f"{name}.")


def _our_fields(fields, version, path):
    for field in fields:
        if version in field.versions:
            base = "struct" if field.struct is not None else field.base
            nullable = field.nullable is not None and version in field.nullable
            name = path + field.name.replace("_", "")
            kind = f"[{base}]" if field.is_array else base
            yield name, kind, nullable, field.tag, _default(field.default)
            if field.struct is not None:
                yield from _our_fields(field.struct.fields, version, f"{name}.")


def _their_fields(fields, version, commons, path):
    for field in fields:
        if version in _range(field.get("versions") or field.get("taggedVersions")):
            is_array = field["type"].startswith("[]")
            type_name = field["type"].removeprefix("[]")
            base = "struct" if type_name[0].isupper() else type_name
            nullable = version in _range(field.get("nullableVersions"))
            name = path + field["name"].lower()
            kind = f"[{base}]" if is_array else base
            yield name, kind, nullable, field.get("tag"), _default(field.get("default"))
            inner = field.get("fields") or commons.get(type_name, ())
            yield from _their_fields(inner, version, commons, f"{name}.")


def _default(value: object) -> object:
    """Bring defaults to one form: 0, false, the empty text and nothing all mean the type's own."""
    text = str(value).lower()
    if text in ("0", "false", "", "none"):
        return None
    return int(text, 0) if text.lstrip("-")[0].isdigit() else text


def test_every_request_schema_of_kafka_python_has_a_definition():
    """No API that kafka-python can speak is missing here."""
    ours = {
        message.struct.name for definition in all_definitions() for message in definition.messages
    }
    theirs = {path.name.removesuffix(".json") for path in _RESOURCES.iterdir()}
    missing = {name for name in theirs - ours if name.endswith(("Request", "Response"))}
    assert missing == set()


def test_the_table_of_apis_agrees_with_the_definitions():
    """`api_keys` and the definitions name the same keys, stable versions and flexible versions."""
    for definition in all_definitions():
        for message in definition.messages:
            if message.kind == "request":
                entry = ApiKey(message.key)
                newest = (message.unstable_from or message.versions.high + 1) - 1
                assert entry.versions == range(message.versions.low, newest + 1), definition.module
                assert entry.flexible_from == message.flexible_from, definition.module
                assert entry.name.lower() == definition.module
