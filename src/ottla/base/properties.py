# SPDX-License-Identifier: Apache-2.0
r"""The syntax of `.properties` files, as Kafka's users know it.

    line         meaning
    -----------  ----------------------------------------------------------------
    # or !       a comment, when it is the first mark of a logical line
    key=value    also `key:value` and `key value`; blanks around the mark do not count
    ...\         an odd number of backslashes at the end continues on the next line,
                 whose leading blanks are dropped
    \t \n \r \f  control characters; \uXXXX one UTF-16 unit; \x any other mark as it is

A key without a value has the empty text. When a key is repeated the last value holds.
"""

from __future__ import annotations

import re

from ottla.base.errors import ConfigError

_BLANKS = " \t\f"
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
# A key ends before the first unescaped separator: "=", ":" or a blank.
_KEY = re.compile(r"((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*", re.DOTALL)


def parse_properties(text: str) -> dict[str, str]:
    """Return the settings of a properties file in the order of their first appearance."""
    settings: dict[str, str] = {}
    for line in _logical_lines(text):
        match = _KEY.match(line)
        assert match is not None, "the pattern matches the empty text"
        settings[_unescape(match.group(1))] = _unescape(line[match.end() :])
    return settings


def read_properties(path: str) -> dict[str, str]:
    """Return the settings in the file at `path`; raise ConfigError when it cannot be read.

    Files are read as UTF-8; one that is not is taken as Latin-1, the format's first encoding.
    """
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise ConfigError("config", path, reason) from error
    try:
        return parse_properties(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return parse_properties(raw.decode("latin-1"))


def _logical_lines(text: str) -> list[str]:
    lines: list[str] = []
    pending: str | None = None
    for natural in re.split(r"\r\n|\n|\r", text):
        line = natural.lstrip(_BLANKS)
        if pending is None:
            if not line or line[0] in "#!":
                continue
            pending = ""
        backslashes = len(line) - len(line.rstrip("\\"))
        if backslashes % 2:
            pending += line[:-1]
        else:
            lines.append(pending + line)
            pending = None
    if pending is not None:
        lines.append(pending)
    return lines


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_replacement, text)
    if "\\u" in text:
        # Two escapes may be the halves of one character; a lone half stands for nothing.
        plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return plain


def _replacement(match: re.Match[str]) -> str:
    body = match.group(1)
    if len(body) == 5:
        return chr(int(body[1:], 16))
    return _CONTROL.get(body, body)
