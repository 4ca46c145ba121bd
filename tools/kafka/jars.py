# SPDX-License-Identifier: Apache-2.0
"""Bring Kafka's jars into `.tools/kafka` by Maven, once.

The folder's name carries a digest of pom.xml, so that a changed version is a new folder and an
interrupted download is never taken for a finished one: jars are copied beside it and renamed.
Several processes may call this at once (tests, benchmarks); a lock file lets one of them work.
"""

import fcntl
import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
JARS_ROOT = Path(__file__).parents[2] / ".tools" / "kafka"
FETCH_TIMEOUT_S = 600


class KafkaUnavailableError(RuntimeError):
    """Java, Maven or the jars are missing; the text says which and how to get them."""


@cache
def ensure_jars() -> Path:
    """Return the folder with every jar of broker and tools; fetch it on the first call."""
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    libs = JARS_ROOT / f"libs-{digest}"
    if libs.is_dir():
        return libs
    JARS_ROOT.mkdir(parents=True, exist_ok=True)
    with (JARS_ROOT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not libs.is_dir():
            _fetch_into(libs)
    return libs


def java() -> str:
    """Return the Java launcher."""
    launcher = shutil.which("java")
    if launcher is None:
        raise KafkaUnavailableError("java is missing: run tools/install_test_tools.sh as root")
    return launcher


def class_path() -> str:
    """Every jar, as the wildcard that Java expands itself."""
    return f"{ensure_jars()}/*"


def _fetch_into(libs: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailableError("mvn is missing: run tools/install_test_tools.sh as root")
    partial = libs.with_name(libs.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    fetched = subprocess.run(
        [
            maven,
            *("--batch-mode", "--quiet", "--file", str(POM)),
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            f"-DoutputDirectory={partial}",
        ],
        capture_output=True,
        text=True,
        timeout=FETCH_TIMEOUT_S,
        check=False,
    )
    if fetched.returncode != 0 or not any(partial.glob("kafka_*.jar")):
        raise KafkaUnavailableError(
            f"Maven could not fetch Kafka's jars:\n{fetched.stdout[-2000:]}"
        )
    partial.rename(libs)
