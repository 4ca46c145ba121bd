# SPDX-License-Identifier: Apache-2.0
"""Command line: keep a ZooKeeper on free ports until Ctrl-C and print its address."""

import argparse
import sys

from tools.maven import JavaUnavailableError
from tools.service_process import ServiceUnavailableError, interruption
from tools.zookeeper.server import ZooKeeperEnsemble


def main() -> int:
    """Parse and run; missing Java or Maven is one sentence and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m tools.zookeeper", description=__doc__)
    parser.add_argument("--servers", type=int, default=1)
    count = parser.parse_args().servers
    ended = interruption()
    try:
        with ZooKeeperEnsemble(count) as ensemble:
            print(f"zookeeper://{ensemble.address}", flush=True)
            ended.wait()
    except (JavaUnavailableError, ServiceUnavailableError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
