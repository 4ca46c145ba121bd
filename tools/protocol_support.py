# SPDX-License-Identifier: Apache-2.0
"""Writes `docs/protocol-support.md` from the handler table: served, or only defined."""

from __future__ import annotations

import ast
from pathlib import Path

from ottla.broker.handlers import HANDLER_BY_KEY, Handler
from ottla.protocol.api_keys import ApiKey

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "protocol-support.md"
HANDLERS_FOLDER = ROOT / "src" / "ottla" / "broker" / "handlers"

HEAD = """# Which APIs are served

Generated from the handler table by `make gen`; ApiVersions answers from the same table. "Kafka"
is the range of Apache Kafka 4.3. What is not served is not advertised; its messages are defined
all the same (`ottla.protocol.messages`).

| key | API | Kafka | Ottla | first flexible | what it does |
|--:|---|---|---|---|---|
"""


def render() -> str:
    """Return the page."""
    return HEAD + "".join(_row(key) for key in sorted(ApiKey))


def _row(key: ApiKey) -> str:
    handler = HANDLER_BY_KEY.get(key)
    served = _range(handler.versions) if handler is not None else "not yet"
    if handler is not None and handler.advertised_from is not None:
        served += f" (advertised from {handler.advertised_from})"
    flexible = "never" if key.flexible_from is None else str(key.flexible_from)
    name = "".join(word.capitalize() for word in key.name.split("_"))
    purpose = _purpose(handler) if handler is not None else ""
    return f"| {int(key)} | {name} | {_range(key.versions)} | {served} | {flexible} | {purpose} |\n"


def _range(versions: range) -> str:
    first, last = versions.start, versions.stop - 1
    return str(first) if first == last else f"{first} to {last}"


def _purpose(handler: Handler) -> str:
    """Return what the first line of a handler's docstring says after the colon."""
    tree = ast.parse((HANDLERS_FOLDER / f"{handler.module}.py").read_text(encoding="utf-8"))
    docstring = ast.get_docstring(tree) or ""
    purpose = docstring.partition("\n")[0].partition(": ")[2].rstrip(".")
    return purpose[:1].upper() + purpose[1:]
