# SPDX-License-Identifier: Apache-2.0
"""Run the proofs at full size: `python -m tools.conformance` (`make conformance`).

Starts a broker of its own on a free port with a temporary folder, runs the client library's
test-suite and the exactly-once copies against it, prints what came of each, and ends with 1 when
anything was found. `--against kafka` does the same with Apache Kafka.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tools.broker_process import BrokerProcess
from tools.conformance import exactly_once, kgo
from tools.conformance.go_toolchain import GoMissingError
from tools.conformance.outcomes import summary
from tools.kafka.jars import KafkaUnavailableError
from tools.kafka.stand_in import KafkaStandIn

PARTS: Final = ("kgo", "exactly-once")
RECORDS: Final = 100_000
COPIER_KILLS: Final = 8
BROKER_KILLS: Final = 4


def main() -> int:
    """Parse, run the parts, tell."""
    arguments = _parser().parse_args()
    failed = []
    try:
        for part in arguments.part or PARTS:
            run = _kgo if part == "kgo" else _exactly_once
            failed += run(arguments)
    except (GoMissingError, KafkaUnavailableError) as failure:
        print(failure, file=sys.stderr)
        return 1
    for text in failed:
        print(f"FOUND {text}", file=sys.stderr)
    print("Something was found." if failed else "Nothing was found.")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.conformance", description=__doc__)
    parser.add_argument("--against", choices=("ottla", "kafka"), default="ottla")
    parser.add_argument("--part", choices=PARTS, action="append", help="default: all")
    parser.add_argument(
        "--kgo-records", type=int, default=kgo.FULL.records, help="through each chain of groups"
    )
    parser.add_argument("--log-level", default="none", help="of the suite: none, info or debug")
    parser.add_argument("--records", type=int, default=RECORDS, help="to copy exactly once")
    parser.add_argument("--library", choices=exactly_once.COPIERS, action="append")
    parser.add_argument("--seed", type=int, default=1, help="of the kills")
    return parser


def _kgo(arguments: argparse.Namespace) -> list[str]:
    size = kgo.FULL._replace(records=arguments.kgo_records)
    print(f"franz-go's own tests, {size.records} records through each chain:", flush=True)
    with _broker(arguments.against) as broker:
        began = time.monotonic()
        report = kgo.run_suite(broker.bootstrap, size, log_level=arguments.log_level)
    print("\n".join(summary(report)))
    print(f"  {time.monotonic() - began:.0f} s in all", flush=True)
    found = kgo.wrong(report)
    for one in report.outcomes:
        if one.result in ("fail", "unfinished"):
            print(f"\n{one.name} said last:", *one.output, sep="\n  ")
    return found


def _exactly_once(arguments: argparse.Namespace) -> list[str]:
    found = []
    for library, protocol, copiers in exactly_once.VARIANTS:
        if arguments.library and library not in arguments.library:
            continue
        plan = exactly_once.Plan(
            library=library,
            protocol=protocol,
            copiers=copiers,
            records=arguments.records,
            copier_kills=COPIER_KILLS,
            broker_kills=BROKER_KILLS,
            seed=arguments.seed,
            batch=200,
        )
        print(f"Copy exactly once with {plan}:", flush=True)
        with _broker(arguments.against) as broker:
            result = exactly_once.run(broker, plan)
        print(f"  {result}", flush=True)
        if result.findings:
            print(result.said)
        found += [f"{library} ({protocol}): {text}" for text in result.findings]
    return found


@contextmanager
def _broker(kind: str) -> Iterator[BrokerProcess | KafkaStandIn]:
    """Start a broker on an empty folder; stop it and remove the folder afterwards."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        settings = [part for text in exactly_once.SETTINGS for part in ("--set", text)]
        make = KafkaStandIn if kind == "kafka" else BrokerProcess
        broker = make(Path(folder), settings)
        broker.start()
        try:
            yield broker
        finally:
            broker.stop()


if __name__ == "__main__":
    sys.exit(main())
