# SPDX-License-Identifier: Apache-2.0
"""Command line: `run [--data-dir DIR]` keeps a broker until Ctrl-C, `tool NAME ARGS` runs a tool.

A tool's arguments are Kafka's own; `fetch` only brings the jars.
"""

import argparse
import os
import sys

from tools.kafka.jars import KafkaUnavailableError, ensure_jars
from tools.kafka.java_tool import command
from tools.kafka.server import KafkaServer
from tools.service_process import interruption


def main() -> int:
    """Parse and run; missing Java or Maven is one sentence and exit code 1."""
    arguments = _parser().parse_args()
    try:
        if arguments.action == "fetch":
            print(ensure_jars())
        elif arguments.action == "run":
            _run(arguments.data_dir, arguments.set)
        else:
            line = command(arguments.name, arguments.arguments)
            sys.stdout.flush()
            os.execv(line[0], line)  # noqa: S606 - the tool takes over this terminal
    except KafkaUnavailableError as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.kafka", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("fetch", help="bring the jars and print their folder")
    run = actions.add_parser("run", help="start a broker on a free port until Ctrl-C")
    run.add_argument("--data-dir", help="keep the data here (default: a temporary folder)")
    run.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    tool = actions.add_parser("tool", help="run one of Kafka's tools")
    tool.add_argument("name", help="class name, e.g. DumpLogSegments")
    tool.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def _run(directory: str | None, assignments: list[str]) -> None:
    ended = interruption()
    settings = dict(assignment.split("=", 1) for assignment in assignments)
    with KafkaServer(directory, settings=settings) as kafka:
        print(
            f"Apache Kafka is ready on {kafka.address}, data in {kafka.data_directory}", flush=True
        )
        ended.wait()


if __name__ == "__main__":
    sys.exit(main())
