# SPDX-License-Identifier: Apache-2.0
"""`--rewrite` for scenario scripts; what scripts are is in `script.py`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--rewrite`."""
    parser.addoption(
        "--rewrite", action="store_true", help="write the output of scenario scripts anew"
    )


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    """Whether scripts are to be written rather than checked."""
    return bool(request.config.getoption("--rewrite", default=False))
