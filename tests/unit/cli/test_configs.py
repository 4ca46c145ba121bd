# SPDX-License-Identifier: Apache-2.0
"""`ottla configs`: what is shown, and of which resource."""

from __future__ import annotations

import json

import pytest

from ottla.cli import configs
from ottla.cli.configs import _SOURCES, _resource
from ottla.cli.main import main
from ottla.client.configs import ConfigEntry, ConfigResource, ConfigSource, ResourceType

ENTRIES = [
    ConfigEntry("a.default", "1", ConfigSource.DEFAULT, False, False, "Means a.", ()),
    ConfigEntry(
        "b.set", "2", ConfigSource.TOPIC, False, False, "Means b.",
        (("b.set", "2", ConfigSource.TOPIC), ("log.b", "9", ConfigSource.DEFAULT)),
    ),
    ConfigEntry("c.secret", None, ConfigSource.STATIC_BROKER, True, True, None, ()),
]  # fmt: skip


@pytest.fixture(autouse=True)
def answer(monkeypatch):
    """Answer with three entries."""
    monkeypatch.setattr(configs, "with_cluster", lambda _, __: ENTRIES)


def test_describe_shows_what_was_set(capsys):
    """Defaults are left out, secrets hidden."""
    main(["configs", "describe", "topic", "t"])
    assert capsys.readouterr().out.splitlines() == [
        "KEY\tVALUE\tSOURCE",
        "b.set\t2\tthis topic",
        "c.secret\t(hidden)\tbroker's file or command line",
    ]


def test_describe_all_with_documentation(capsys):
    """Everything, with its meaning."""
    main(["configs", "describe", "topic", "t", "--all", "--doc"])
    assert "a.default\t1\tdefault\tMeans a." in capsys.readouterr().out


def test_json_has_synonyms(capsys):
    """JSON shows where a value would come from otherwise."""
    main(["configs", "describe", "topic", "t", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert [entry["key"] for entry in document] == ["a.default", "b.set", "c.secret"]
    assert document[1]["synonyms"][1] == {"key": "log.b", "value": "9", "source": "DEFAULT"}


def test_dry_run_says_so(capsys):
    """A dry run does not claim a change."""
    main(["configs", "alter", "topic", "t", "--set", "k=v", "--dry-run"])
    assert capsys.readouterr().out == "Would change topic 't'\n"


def test_resources():
    """A broker without a number means all brokers; every source has words."""
    assert _resource("broker", None) == ConfigResource(ResourceType.BROKER, "")
    assert _resource("group", "g") == ConfigResource(ResourceType.GROUP, "g")
    assert set(_SOURCES) == set(ConfigSource)
