# SPDX-License-Identifier: Apache-2.0
"""franz-go's own tests pass on Ottla as they do on Apache Kafka: a bounded part of them.

`make conformance` runs the same with 500,000 records through each chain of groups.
"""

from __future__ import annotations

import pytest
from tools.conformance import kgo
from tools.conformance.outcomes import summary


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_suite_of_franz_go(start_broker):
    """None of its tests fails, and none is skipped but those for share groups and for SASL."""
    broker = start_broker("--set", "group.initial.rebalance.delay.ms=0")
    report = kgo.run_suite(broker.bootstrap, kgo.BOUNDED)
    for line in summary(report, slower_than_s=1.0):
        print(line)
    for one in report.outcomes:
        if one.result in ("fail", "unfinished"):
            print(f"\n{one.name} said last:", *one.output, sep="\n  ")
    assert kgo.wrong(report) == []
    assert "Traceback" not in "".join(broker.output)
