# SPDX-License-Identifier: Apache-2.0
"""The notation of the definitions: what it says, what it refuses, and what is made of it."""

from __future__ import annotations

import pytest
from tests.protocol.definitions import all_definitions
from tools.generate import main
from tools.protocol_generator.layouts import Layouts
from tools.protocol_generator.model import Versions
from tools.protocol_generator.notation import NotationError, parse_text

from ottla.protocol.errors import ErrorCode

SAMPLE = """
# SPDX-License-Identifier: Apache-2.0

api 99 Sample
  # Shows the notation.
  # In two lines.
  errors: INVALID_REQUEST,
    NOT_CONTROLLER

request SampleRequest 1-5, flexible 3+, unstable 5+
  # Asks.
  names: [string] nullable 2+  # Whose names.
  limit: int32 2-4 ignorable = -1
      # How many,
      # at most.
  owner: Owner 3+ tag 0  # Who owns them.
    id: uuid key  # The owner's identifier.
  heirs: [Owner]  # Who comes next.

response SampleResponse 1-5, flexible 3+
  # Answers.
"""


def test_a_file_is_read_as_written():
    """Titles, errors, versions, fields and sentences end up where the model has them."""
    definition = parse_text(SAMPLE, "sample", "sample.txt")
    request, response = definition.messages
    assert (definition.api_key, definition.title) == (99, "Sample")
    assert definition.paragraphs == ("Shows the notation. In two lines.",)
    assert definition.errors == ("INVALID_REQUEST", "NOT_CONTROLLER")
    assert (request.versions, request.flexible_from, request.unstable_from) == (
        Versions(1, 5),
        3,
        5,
    )
    names, limit, owner, heirs = request.struct.fields
    assert (names.type_text, str(names.nullable), names.sentence) == (
        "[string]",
        "2+",
        "Whose names.",
    )
    assert (str(limit.versions), limit.is_ignorable, limit.default) == ("2-4", True, "-1")
    assert limit.sentence == "How many, at most."
    assert (owner.tag, owner.struct, heirs.is_array) == (0, heirs.struct, True)
    assert response.struct.fields == ()
    assert (response.key, response.struct.sentence) == (99, "Answers.")


def test_versions_with_equal_layouts_share_one():
    """Consecutive versions merge as long as their fields, nullability and flexibility agree."""
    request, _ = parse_text(SAMPLE, "sample", "sample.txt").messages
    layouts = Layouts(request).of_struct
    assert [layout.versions_text for layout in layouts["SampleRequest"]] == ["1", "2", "3-4", "5"]
    assert [layout.suffix for layout in layouts["Owner"]] == ["owner_v1_v2", "owner_v3_v5"]
    # classic: two counts; flexible: two counts of a byte, limit, tag section
    assert [layout.least_size for layout in layouts["SampleRequest"]] == [8, 12, 7, 3]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("  Name: int32  # Upper case.", "expected `name: type"),
        ("  name: int32", "needs a sentence"),
        ("  name: [int32  # Half a list.", "expected `name: type"),
        ("  name: Unknown  # No such struct.", "defined nowhere"),
        ("  name: int32  # One.\n  name: int32  # Two.", "two fields have one name"),
        ("  name: int32  # One.\n    inner: int32  # Two.", "a primitive has no fields"),
        ("  a: S  # One.\n    x: int8  # X.\n  b: S  # Two.\n    y: int8  # Y.", "defined twice"),
        ("something else", "expected one of request"),
    ],
)
def test_a_mistake_is_named_with_its_line(line, complaint):
    """Every complaint says where and what."""
    text = f"api 99 Sample\n\nrequest SampleRequest 0\n  # Asks.\n{line}\n"
    with pytest.raises(NotationError, match=r"sample\.txt:\d+: .*" + complaint):
        parse_text(text, "sample", "sample.txt")


def test_a_class_name_stands_for_one_struct():
    """Two messages of one file cannot both define a struct of the same name."""
    text = "records Pair\n" + "".join(
        f"\ndata {name} 0\n  # A message.\n  s: Inner  # S.\n    x: int8  # X.\n"
        for name in ("One", "Two")
    )
    with pytest.raises(NotationError, match="two structs are called Inner"):
        parse_text(text, "pair", "pair.txt")


def test_listed_errors_exist():
    """What an API says it may answer is an error code."""
    for definition in all_definitions():
        assert not set(definition.errors) - set(ErrorCode.__members__), definition.module
        assert len(set(definition.errors)) == len(definition.errors), definition.module


def test_what_is_committed_is_what_the_definitions_say(monkeypatch, capsys):
    """`make gen` would change nothing."""
    monkeypatch.setattr("sys.argv", ["generate", "--check"])
    assert main() == 0, capsys.readouterr().err


def test_a_stale_file_fails_the_check(monkeypatch, capsys):
    """The check names the file and how to write it again."""
    monkeypatch.setattr("sys.argv", ["generate", "--check"])
    monkeypatch.setattr("tools.protocol_support.render", lambda _definitions: "something else")
    assert main() == 1
    assert "docs/protocol-support.md is stale: run `make gen`" in capsys.readouterr().err
