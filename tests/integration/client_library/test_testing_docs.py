# SPDX-License-Identifier: Apache-2.0
"""The examples of docs/testing.md that are whole tests pass."""

from __future__ import annotations

import re
from pathlib import Path

from tests.integration.client_library.test_pytest_plugin import BY_NAME

pytest_plugins = ["pytester"]

TEXT = (Path(__file__).parents[3] / "docs" / "testing.md").read_text()


def test_examples(pytester):
    """Each in a file of its own, with the fixtures of the plugin."""
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    examples = [block for block in blocks if block.startswith("from ottla") and "def test" in block]
    assert len(examples) >= 5
    pytester.makepyfile(**{f"test_{n}": block for n, block in enumerate(examples)})
    run = pytester.runpytest_subprocess(*BY_NAME, "-W", "error", "-p", "no:asyncio")
    run.assert_outcomes(passed=len(examples))
