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
def ensure_jars(version: str | None = None) -> Path:
    """Return the folder with every jar of broker and tools; fetch it on the first call.

    The version is the one that the pom names unless another is asked for.
    """
    properties = () if version is None else (f"kafka.version={version}",)
    return maven.ensure_jars(POM, "kafka", properties)


def class_path(version: str | None = None) -> str:
    """Every jar, as the wildcard that Java expands itself."""
    return f"{ensure_jars(version)}/*"
