# SPDX-License-Identifier: Apache-2.0
"""Apache Kafka itself, fetched by Maven: a broker to compare with and tools to cross-check by.

Called by the benchmarks and by tests that let Kafka's own code read what Ottla wrote (and the
other way round). On the command line: `python -m tools.kafka run` and
`python -m tools.kafka tool NAME ARGS`.
"""

from tools.kafka.jars import KafkaUnavailableError, ensure_jars
from tools.kafka.java_tool import run_tool, start_tool
from tools.kafka.server import KafkaServer

__all__ = ["KafkaServer", "KafkaUnavailableError", "ensure_jars", "run_tool", "start_tool"]
