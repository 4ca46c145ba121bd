# SPDX-License-Identifier: Apache-2.0
"""The fake broker of the client's tests serves the tests of the connection as well."""

from __future__ import annotations

from tests.unit.client.conftest import ask, drop, fake, network, run, serve, silence

__all__ = ["ask", "drop", "fake", "network", "run", "serve", "silence"]
