# SPDX-License-Identifier: Apache-2.0
"""Chaos at full size: `python -m tools.chaos --minutes 60` (`make chaos MINUTES=60`)."""

import argparse
import faulthandler
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tools.chaos.cluster import EngineName
from tools.chaos.rounds import Round, RoundResult, RoundSettings
from tools.service_process import ServiceUnavailableError

ENGINES: Final[tuple[EngineName, ...]] = ("zookeeper", "etcd")
FOLDER: Final = Path(".chaos")
ROUND_S: Final = 60.0
SHOWN_MAX: Final = 10


def main(arguments: list[str]) -> int:
    """Run rounds until the time is over; return 1 when one of them shows something wrong."""
    options = _parser().parse_args(arguments)
    faulthandler.register(signal.SIGUSR1)  # where do all threads hang?
    for number in (signal.SIGINT, signal.SIGTERM):  # brokers, engine and disks are given up first
        signal.signal(number, signal.default_int_handler)
    console = Console(highlight=False)
    results: list[RoundResult] = []
    try:
        results.extend(_run(console, settings, options.keep) for settings in planned(options))
    except KeyboardInterrupt:
        console.print("stopped")
    except ServiceUnavailableError as failure:
        print(failure, file=sys.stderr)
        return 1
    console.print(_table(results))
    bad = [result for result in results if result.anomalies]
    for result in bad:
        print(f"FOUND in {result.kept}, to be repeated with: {result.settings.command()}")
    if not bad:
        print("Nothing was found.")
    return 1 if bad else 0


def planned(options: argparse.Namespace) -> Iterator[RoundSettings]:
    """Yield rounds with one seed after the other, one at least, while there is time."""
    kinds = tuple(kind for kind in options.faults.split(",") if kind)
    deadline = time.monotonic() + 60 * options.minutes
    seed = options.seed
    engines: tuple[EngineName, ...] = (options.engine,) if options.engine else ENGINES
    while True:
        for engine in engines:
            yield RoundSettings(engine=engine, seed=seed, fault_s=options.seconds, kinds=kinds)
            if time.monotonic() > deadline:
                return
        seed += 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=0, help="rounds begin until then")
    parser.add_argument("--engine", choices=ENGINES, help="both in turn by default")
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    parser.add_argument("--seconds", type=float, default=ROUND_S, help="of faults in a round")
    parser.add_argument("--faults", default="", help="kinds to draw from, with commas; all of them")
    parser.add_argument("--keep", type=Path, default=FOLDER, help="folder for what bad rounds left")
    return parser


def _run(console: Console, settings: RoundSettings, keep: Path) -> RoundResult:
    console.print(f"[bold]{settings.command()}[/bold]", soft_wrap=True)
    if not console.is_terminal:
        result = Round(settings, print).run(keep)
    else:
        with console.status("starting") as status:

            def say(line: str) -> None:
                console.print(line, markup=False)
                status.update(line)

            result = Round(settings, say).run(keep)
    for text in result.anomalies[:SHOWN_MAX]:
        console.print(f"FOUND {text}", style="red", markup=False, soft_wrap=True)
    return result


def _table(results: list[RoundResult]) -> Table:
    """Return what was done and what was seen, per engine."""
    table = Table("", *ENGINES, title=f"{len(results)} rounds")
    columns = [_counts([each for each in results if each.settings.engine == e]) for e in ENGINES]
    for name in dict.fromkeys(name for column in columns for name in column):
        table.add_row(name, *(str(column.get(name, 0)) for column in columns))
    return table


def _counts(results: list[RoundResult]) -> dict[str, int]:
    faults: Counter[str] = Counter()
    operations: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for result in results:
        faults.update(result.fault_counts)
        operations.update(f"{each.f} {each.outcome}" for each in result.history)
        found.update(each.name for each in result.verdict.anomalies)
    return {
        "rounds": len(results),
        "acknowledged values": sum(each.acknowledged_count for each in results),
        "values seen": sum(int(str(each.verdict.measured["values seen"])) for each in results),
        **{f"fault {name}": count for name, count in sorted(faults.items())},
        **dict(sorted(operations.items())),
        "problems": sum(len(each.problems) for each in results),
        **{f"ANOMALY {name}": count for name, count in sorted(found.items())},
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
