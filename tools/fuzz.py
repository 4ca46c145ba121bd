# SPDX-License-Identifier: Apache-2.0
"""Fuzz everything that reads bytes of others: `python -m tools.fuzz --seconds 60`.

Each target (`--list`) promises that whatever the bytes are, only its named errors come out, within
limits of time and memory. Where atheris is installed it guides the search by coverage, one process
for each target; else, and with `--engine mutation`, a seeded engine makes inputs that can be
repeated exactly. An input that breaks a promise is kept in `.fuzz/` and the command that repeats it
is printed.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tools.fuzzing.guard import FAILURES, BrokenPromise, fuzz, run_input
from tools.fuzzing.live import LiveFailure, fuzz_broker
from tools.fuzzing.targets import TARGETS

if TYPE_CHECKING:
    from tools.fuzzing.target import Target


def main() -> int:
    """Run what the command line asks for; 1 when a promise was broken."""
    options = _parse()
    if options.list:
        for target in TARGETS.values():
            print(f"{target.name:16} {target.promise}")
        print(f"{'live':16} a running broker answers, stays the same process and does not grow")
        return 0
    if options.live:
        return _live(options.seconds, options.seed)
    targets = [TARGETS[options.target]] if options.target else list(TARGETS.values())
    if options.input:
        return _repeat(targets[0], Path(options.input).read_bytes())
    share = options.seconds / (len(targets) + (not options.target))
    guided = options.engine == "atheris" or (
        options.engine == "auto" and importlib.util.find_spec("atheris") is not None
    )
    run = _guided if guided else _mutated
    broken = [target.name for target in targets if not run(target, share, options.seed)]
    if not options.target and _live(share, options.seed):
        broken.append("live")
    if broken:
        print(f"broken: {', '.join(broken)}")
    return 1 if broken else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fuzz decoders, validation and recovery.")
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together")
    parser.add_argument("--target", choices=sorted(TARGETS), help="this one only")
    parser.add_argument("--engine", choices=("auto", "atheris", "mutation"), default="auto")
    parser.add_argument("--seed", type=int, default=1, help="of the mutation engine")
    parser.add_argument("--input", help="run this file once, with --target")
    parser.add_argument("--live", action="store_true", help="only a running broker over its socket")
    parser.add_argument("--list", action="store_true", help="show the targets")
    options = parser.parse_args()
    if options.input and not options.target:
        parser.error("--input needs --target")
    return options


def _repeat(target: Target, data: bytes) -> int:
    try:
        accepted = run_input(target, data)
    except BrokenPromise as broken:
        print(broken)
        return 1
    print(f"{target.name}: {'accepted' if accepted else 'refused'}")
    return 0


def _live(seconds: float, seed: int) -> int:
    try:
        count = fuzz_broker(seed, seconds=seconds)
    except LiveFailure as failure:
        print(f"live: seed {seed}: {failure}")
        return 1
    print(f"live             {count:8} frames")
    return 0


def _mutated(target: Target, seconds: float, seed: int) -> bool:
    try:
        tally = fuzz(target, seed, seconds=seconds)
    except BrokenPromise as broken:
        broken.save()
        print(broken)
        return False
    print(f"{target.name:16} {tally.runs:8} inputs, {tally.accepted:7} accepted")
    return True


def _guided(target: Target, seconds: float, _seed: int) -> bool:
    """Let atheris search in a process of its own; it ends the process when it finds something."""
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(target.seeds()):
            Path(corpus, f"seed-{number}").write_bytes(data[: target.input_bytes_max])
        FAILURES.mkdir(exist_ok=True)
        command = [
            *(sys.executable, "-m", "tools.fuzzing.guided", target.name, corpus),
            f"-max_total_time={max(1, round(seconds))}",
            f"-max_len={target.input_bytes_max}",
            f"-artifact_prefix={FAILURES}/{target.name}-",
            *("-timeout=10", "-rss_limit_mb=1024", "-verbosity=0", "-print_final_stats=1"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    text = done.stdout + done.stderr
    if done.returncode:
        print(f"{target.name}: {target.promise}: broken\n{text[-6000:]}")
        return False
    runs = text.rpartition("stat::number_of_executed_units:")[2].split()
    print(f"{target.name:16} {runs[0] if runs else '?':>8} inputs, guided by coverage")
    return True


if __name__ == "__main__":
    sys.exit(main())
