# SPDX-License-Identifier: Apache-2.0
"""Kafka's jars in `.tools/kafka`; see `tools.maven`."""

from functools import cache
from pathlib import Path

from tools import maven
from tools.maven import JavaUnavailableError, java

__all__ = ["KafkaUnavailableError", "class_path", "ensure_jars", "java"]

POM = Path(__file__).with_name("pom.xml")
KafkaUnavailableError = JavaUnavailableError


@cache
def ensure_jars() -> Path:
    """Return the folder with every jar of broker and tools; fetch it on the first call."""
    return maven.ensure_jars(POM, "kafka")


def class_path() -> str:
    """Every jar, as the wildcard that Java expands itself."""
    return f"{ensure_jars()}/*"
