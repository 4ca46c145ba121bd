# SPDX-License-Identifier: Apache-2.0
"""Bring the jars that a pom.xml names into `.tools/<name>` by Maven, once.

The folder's name carries a digest of pom.xml, so that a changed version is a new folder and an
interrupted download is never taken for a finished one: jars are copied beside it and renamed.
Several processes may call this at once (tests, benchmarks); a lock file lets one of them work.
"""

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1] / ".tools"
FETCH_TIMEOUT_S = 600


class JavaUnavailableError(RuntimeError):
    """Java, Maven or the jars are missing; the text says which and how to get them."""


def ensure_jars(pom: Path, name: str, properties: Sequence[str] = ()) -> Path:
    """Return the folder with every jar of the pom's run-time scope; fetch it on the first call.

    `properties` are `name=value`, instead of the pom's own.
    """
    said = pom.read_bytes() + "".join(properties).encode()
    digest = hashlib.sha256(said).hexdigest()[:12]
    libs = ROOT / name / f"libs-{digest}"
    if libs.is_dir():
        return libs
    libs.parent.mkdir(parents=True, exist_ok=True)
    # One for all: Maven's own folder, where everything passes through, is not made for several.
    with (ROOT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not libs.is_dir():
            _fetch_into(libs, pom, name, properties)
    return libs


def java() -> str:
    """Return the Java launcher."""
    launcher = shutil.which("java")
    if launcher is None:
        raise JavaUnavailableError("java is missing: run tools/install_test_tools.sh as root")
    return launcher


def _fetch_into(libs: Path, pom: Path, name: str, properties: Sequence[str]) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise JavaUnavailableError("mvn is missing: run tools/install_test_tools.sh as root")
    partial = libs.with_name(libs.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    fetched = subprocess.run(
        [
            maven,
            *("--batch-mode", "--quiet", "--file", str(pom)),
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            f"-DoutputDirectory={partial}",
            *(f"-D{each}" for each in properties),
        ],
        capture_output=True,
        text=True,
        timeout=FETCH_TIMEOUT_S,
        check=False,
    )
    if fetched.returncode != 0 or not any(partial.glob(f"{name}*.jar")):
        raise JavaUnavailableError(
            f"Maven could not fetch the jars of {name}:\n{fetched.stdout[-2000:]}"
        )
    partial.rename(libs)
