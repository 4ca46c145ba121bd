# SPDX-License-Identifier: Apache-2.0
"""Run one of Kafka's command-line tools by its class name, e.g. `run_tool("DumpLogSegments", ...)`.

The class is looked up in the jars by its simple name, because tools moved between packages over
the versions and the name is what people know.
"""

import subprocess
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tools.kafka.jars import KafkaUnavailableError, class_path, ensure_jars, java

HEAP = "-Xmx512m"
QUIET = "-Dorg.apache.logging.log4j.level=ERROR"


@cache
def class_of(name: str, version: str | None = None) -> str:
    """Find the full name of the tool with this class name; a full name is left as it is."""
    if "." in name:
        return name
    for jar in _tool_jars(version):
        with zipfile.ZipFile(jar) as archive:
            for entry in archive.namelist():
                if entry.endswith(f"/{name}.class"):
                    return entry.removesuffix(".class").replace("/", ".")
    raise KafkaUnavailableError(
        f"no tool named {name} in {', '.join(jar.name for jar in _tool_jars(version))}"
    )


def command(
    name: str,
    arguments: Sequence[str],
    *,
    java_options: Sequence[str] = (),
    version: str | None = None,
) -> list[str]:
    """Build the command line that runs a tool."""
    options = [HEAP, QUIET, *java_options]
    return [java(), *options, "-cp", class_path(version), class_of(name, version), *arguments]


def run_tool(
    name: str,
    *arguments: str,
    stdin: str | bytes | None = None,
    timeout_s: float = 60,
    check: bool = True,
    java_options: Sequence[str] = (),
    version: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a tool to its end and return its text output; a failure raises with what it said."""
    finished = subprocess.run(
        command(name, arguments, java_options=java_options, version=version),
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=timeout_s,
        check=False,
    )
    output = finished.stdout.decode(errors="replace")
    errors = finished.stderr.decode(errors="replace")
    if check and finished.returncode != 0:
        raise RuntimeError(f"{name} ended with {finished.returncode}:\n{output}\n{errors}")
    return subprocess.CompletedProcess(finished.args, finished.returncode, output, errors)


def start_tool(name: str, *arguments: str, **options: object) -> subprocess.Popen[bytes]:
    """Start a tool and leave it running, e.g. a console consumer; options go to Popen."""
    return subprocess.Popen(command(name, arguments), **options)  # type: ignore[call-overload,no-any-return]


def _tool_jars(version: str | None) -> list[Path]:
    libs = ensure_jars(version)
    return sorted([*libs.glob("kafka-tools-[0-9]*.jar"), *libs.glob("kafka_2*.jar")])
