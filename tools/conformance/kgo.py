# SPDX-License-Identifier: Apache-2.0
"""The test-suite of franz-go's client, run against a broker of ours.

The suite comes with the client's Go module, whose version and hashes are pinned in `kgo/go.mod`
and `kgo/go.sum`. A throw-away module in a temporary folder requires it; nothing of it stays.
About 35 of its tests talk to a broker. The heavy ones are chains of consumer groups, plain and in
transactions, with members that come and go, classic and KIP-848, dynamic and static: every record
has to come through each link exactly once.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from tools.conformance.go_toolchain import find_go
from tools.conformance.outcomes import Report, findings, parse

PACKAGE: Final = "github.com/twmb/franz-go/pkg/kgo"
MODULE_FILES: Final = Path(__file__).with_name("kgo")
SHARE_GROUPS: Final = "needs share groups"
OTHER_LISTENER: Final = "needs a listener with SASL"
OLD_BROKER: Final = "wants a broker that has given up produce version 2; Kafka 4.3 has not either"

MAY_SKIP: Final[Mapping[str, str]] = MappingProxyType(
    {
        "TestShareGroup": SHARE_GROUPS,
        "TestShareGroupETL": SHARE_GROUPS,
        "TestShareGroupAckOnClose": SHARE_GROUPS,
        "TestShareGroupOffsetsAdmin": SHARE_GROUPS,
        "TestConsumeRegexShareSkipsInternal": SHARE_GROUPS,
        "TestSCRAMAuth": OTHER_LISTENER,
        "TestSCRAMAuthBadCredentials": OTHER_LISTENER,
        "TestOAuthAuth": OTHER_LISTENER,
        "TestIssueProduceBrokerTooOldFailsRecords": OLD_BROKER,
    }
)
"""Tests that the suite itself may leave out, and why."""

TALKING: Final = (
    "TestPing",
    "TestIssue1034",
    "TestIssue325",
    "TestIssue337",
    "TestIssue434",
    "TestIssue523",
    "TestIssue648",
    "TestIssue769",
    "TestIssue810",
    "TestIssue831",
    "TestIssue865",
    "TestIssueFetchLargerThanBrokerMaxReadBytes",
    "TestIssueProduceSyncManualPartitionNegativeDoesNotPanic",
    "TestPauseIssue489",
    "TestPauseIssueOct2023",
    "TestConsumeRegex",
    "Test848RegexBrokerResolves",
    "TestDirectPartitionPurge",
    "TestAddRemovePartitions",
    "TestPooling",
    "TestGroupSimple",
    "TestHookPollStart",
    "TestConsumeMaxDecompressBatchBytes",
    "TestClient_Produce",
    "TestClient_ProduceLargeMessages",
    "TestGroupETL",
    "TestTxnEtl",
)
"""The tests that fail without a broker and need nothing beyond what is here: all must pass."""


class Size(NamedTuple):
    """How much of the suite to run."""

    records: int  # through each chain of groups
    parallel: int  # tests at a time; most of them wait most of the time
    timeout_s: int


FULL: Final = Size(records=500_000, parallel=2, timeout_s=3600)
BOUNDED: Final = Size(records=2_000, parallel=12, timeout_s=170)


def run_suite(bootstrap: str, size: Size, *, log_level: str = "none") -> Report:
    """Build and run the suite; a run that is out of time is ended and its report is partial."""
    go = find_go(needed_version())
    with tempfile.TemporaryDirectory(prefix="kgo-") as folder:
        for path in MODULE_FILES.iterdir():
            shutil.copy(path, folder)
        command = [go, "test", "-json", "-count=1", "-vet=off", "-run=^Test"]
        command += [f"-parallel={size.parallel}", f"-timeout={size.timeout_s}s"]
        environment = os.environ | {
            "GOWORK": "off",
            "KGO_SEEDS": bootstrap,
            "KGO_TEST_RF": "1",
            "KGO_TEST_RECORDS": str(size.records),
            "KGO_LOG_LEVEL": log_level,
        }
        return parse(_run([*command, PACKAGE], folder, environment).splitlines())


def wrong(report: Report) -> list[str]:
    """Tell what the suite found, and say so when it did not run at all."""
    found = list(findings(report, may_skip=MAY_SKIP, needed=TALKING))
    if not report.outcomes:
        found.insert(0, "the suite did not run:\n" + "\n".join(report.package_output))
    return found


def needed_version() -> tuple[int, int]:
    """Read from the module file which Go the pinned client wants."""
    match = re.search(r"^go (\d+)\.(\d+)", (MODULE_FILES / "go.mod").read_text(), re.MULTILINE)
    assert match is not None
    return int(match[1]), int(match[2])


def _run(command: list[str], folder: str, environment: Mapping[str, str]) -> str:
    """Run to the end. `go test` has children of its own: on an interruption all have to go."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        return process.communicate()[0]
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
