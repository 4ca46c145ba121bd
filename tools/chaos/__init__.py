# SPDX-License-Identifier: Apache-2.0
"""Real brokers, a real engine and real clients under faults, judged by their history.

`python -m tools.chaos --minutes 5 --engine etcd` (`make chaos MINUTES=5`). One round is a cluster
of its own: it is started, suffers, is healed, read to the end and judged. docs/internals/chaos.md
says what is done and what is checked.
"""
