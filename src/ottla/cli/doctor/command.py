# SPDX-License-Identifier: Apache-2.0
"""The command `ottla doctor`: gathers, judges, and prints the report."""

from __future__ import annotations

import asyncio
import shutil
import sys
import textwrap
import time
from typing import TYPE_CHECKING, Final

import click

from ottla.cli.doctor.check import Check, Verdict, has_problem
from ottla.cli.doctor.cluster_checks import judge_cluster
from ottla.cli.doctor.cluster_facts import gather_cluster
from ottla.cli.doctor.machine_checks import judge_machine
from ottla.cli.doctor.machine_facts import gather_machine, has_broker
from ottla.cli.doctor.network_checks import is_loopback, judge_bootstrap
from ottla.cli.doctor.patience import ask_in_thread
from ottla.cli.doctor.probe import probe
from ottla.cli.options import bootstrap_option, json_option
from ottla.cli.output import CONTROL, print_json, print_table, remark
from ottla.cli.session import run_loop
from ottla.net.address import Address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.cli.doctor.cluster_facts import ClusterFacts
    from ottla.cli.doctor.machine_facts import MachineFacts

EXIT_PROBLEM: Final = 1
WIDTH_MAX: Final = 100
MACHINE_S: Final = 8.0
"""More than asking for the clock and counting files may take together."""

_MARKS: Final = {
    Verdict.OK: ("✓", "green"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.PROBLEM: ("✗", "red"),
    Verdict.NOT_CHECKED: ("-", "bright_black"),
}


@click.command("doctor")
@click.option(
    "--data-dir",
    metavar="DIR",
    help="A data folder on this machine; found by itself if its broker runs here.",
)
@json_option
@bootstrap_option
def command(data_dir: str | None, as_json: bool, bootstrap: Sequence[Address]) -> int:
    """Find the usual mistakes in the network, the cluster and this machine.

    Nothing is changed. The exit code is 0 when there is no problem, and 1 otherwise.
    """
    remark("Looking; names and addresses that do not answer take a few seconds.")
    sections = run_loop(_examine(bootstrap, data_dir))
    checks = [check for _, group in sections for check in group]
    if as_json:
        print_json(as_document(sections))
    elif sys.stdout.isatty():
        _print_report(sections)
    else:
        print_table(
            ("RESULT", "CHECK", "ABOUT", "FOUND", "NEXT STEP"),
            [(c.verdict.value, c.name, c.about, c.found, c.next_step) for c in checks],
        )
    return EXIT_PROBLEM if has_problem(checks) else 0


async def _examine(
    bootstrap: Sequence[Address], data_dir: str | None
) -> list[tuple[str, list[Check]]]:
    probed = await asyncio.gather(*map(probe, bootstrap))
    network = [check for found in probed for check in judge_bootstrap(found, time.time())]
    facts: ClusterFacts | None = None
    for found in probed:
        if facts is None and found.identity is not None and found.connected_ip is not None:
            place = Address(found.connected_ip, found.address.port)
            facts = await gather_cluster(place, found.identity.metadata)
    if facts is not None:
        cluster = judge_cluster(facts, bootstrap)
    else:
        text = "no broker could be asked about it"
        cluster = [Check("cluster", "cluster", Verdict.NOT_CHECKED, text)]
    folders = [] if data_dir is None else [data_dir]
    if not folders and facts is not None and any(is_loopback(a.host) for a in bootstrap):
        folders = [d.path for directories in facts.log_dirs.values() for d in directories]
    machine = await _examine_machine(folders, is_named=data_dir is not None)
    return [("network", network), ("cluster", cluster), ("this machine", machine)]


async def _examine_machine(folders: Sequence[str], *, is_named: bool) -> list[Check]:
    """Look at this machine and a folder: the named one, or one that a broker here is using."""

    def gather() -> MachineFacts:
        return gather_machine(next((f for f in folders if is_named or has_broker(f)), None))

    try:
        return judge_machine(await ask_in_thread(gather, MACHINE_S))
    except TimeoutError:
        found = f"the file system did not answer in {MACHINE_S:g} s"
        step = "see whether a remote disk is away, such as with `mount` and `df`"
        return [Check("data folder", ", ".join(folders), Verdict.PROBLEM, found, step)]
    except OSError as error:
        found = error.strerror or str(error)
        return [Check("data folder", ", ".join(folders), Verdict.NOT_CHECKED, found)]


def as_document(sections: Sequence[tuple[str, Sequence[Check]]]) -> dict[str, object]:
    """Return the document for `--json`."""
    checks = [check for _, group in sections for check in group]
    return {
        "has_problem": has_problem(checks),
        "counts": {
            verdict.name.lower(): sum(check.verdict is verdict for check in checks)
            for verdict in Verdict
        },
        "checks": [
            {
                "section": section,
                "check": check.name,
                "about": check.about,
                "result": check.verdict.name.lower(),
                "found": check.found,
                "next_step": check.next_step or None,
            }
            for section, group in sections
            for check in group
        ],
    }


def _print_report(sections: Sequence[tuple[str, Sequence[Check]]]) -> None:
    width = min(shutil.get_terminal_size().columns, WIDTH_MAX)
    name_width = max(len(check.name) for _, group in sections for check in group)
    indent = " " * (name_width + 6)
    for section, group in sections:
        click.echo(click.style(section.capitalize(), bold=True))
        for check in group:
            mark, colour = _MARKS[check.verdict]
            about = "" if check.about == section else f"{check.about}: "
            lines = _wrapped(f"{about}{check.found}", width, indent)
            head = f"  {click.style(mark, fg=colour)} {check.name.ljust(name_width)}  "
            click.echo(head + lines[0])
            for line in lines[1:]:
                click.echo(f"{indent}{line}")
            if check.next_step:
                for number, line in enumerate(_wrapped(check.next_step, width - 2, indent)):
                    arrow = "→ " if number == 0 else "  "
                    click.echo(indent + click.style(arrow + line, fg=colour))
        click.echo()
    click.echo(_summary([check for _, group in sections for check in group]))


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """Break into lines; a broker's words must not move the cursor."""
    safe = CONTROL.sub("?", text)
    return textwrap.wrap(safe, max(width - len(indent), 20), break_on_hyphens=False) or [""]


def _summary(checks: Sequence[Check]) -> str:
    counts = [
        (sum(check.verdict is verdict for check in checks), verdict.value) for verdict in Verdict
    ]
    words = [
        f"{number} {word}{'s' if word in {'warning', 'problem'} and number > 1 else ''}"
        for number, word in counts
        if number
    ]
    return ", ".join(words) + "."
