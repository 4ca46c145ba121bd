# SPDX-License-Identifier: Apache-2.0
"""The examples of interceptors and metrics in docs/python-client.md do what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ottla import Producer
from ottla.testing import Broker

TEXT = (Path(__file__).parents[3] / "docs" / "python-client.md").read_text()


@pytest.fixture
def broker():
    """Return a broker without topics."""
    with Broker() as broker:
        yield broker


def run_example(title, broker):
    """Run the first example of a section and return its names."""
    section = TEXT.split(f"\n## {title}\n")[1]
    (code, *_) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    names: dict[str, object] = {}
    exec(code.replace("localhost:9092", broker.bootstrap_servers), names)
    return names


def test_interceptors(broker):
    """What the interceptor did not mark is left out."""
    with Producer(broker.bootstrap_servers) as producer:
        producer.send("orders", "from somebody else").result(30)
    orders = run_example("Interceptors", broker)["orders"]
    assert [(record.offset, record.value) for record in orders] == [(1, b"two dosas")]


def test_metrics(broker, capsys):
    """The counter has what was sent, in the lines that a scraper reads."""
    names = run_example("Metrics", broker)
    assert names["records"] == {("readings", "delivered"): 2}
    assert names["answer_seconds"]["Produce"] > 0
    line = 'ottla_records_total{topic="readings",outcome="delivered"} 2\n'
    assert capsys.readouterr().out == line
