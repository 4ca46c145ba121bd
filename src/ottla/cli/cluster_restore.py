# SPDX-License-Identifier: Apache-2.0
"""`ottla cluster restore`: give ZooKeeper or etcd back what it has lost of a cluster.

Brokers refuse to run on an engine that has lost what they have seen of the journal. Each of them
keeps a copy; the one that reaches furthest is put back, and the cluster goes on from there.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ottla.cli.output import print_done, print_facts
from ottla.cli.session import CommandError, run_loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.broker.journal_copy import JournalCopy


@click.command("restore")
@click.option(
    "--cluster",
    "url",
    required=True,
    metavar="URL",
    help="Engine to restore: zookeeper://HOST:PORT,... or etcd://HOST:PORT,...",
)
@click.argument("folders", nargs=-1, required=True, metavar="DATA_DIR...")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore_command(url: str, folders: tuple[str, ...], yes: bool) -> None:
    """Give an engine back what it has lost.

    It is taken from the data folders of brokers that are stopped. Name the data folders (the first
    of log.dirs, or metadata.log.dir) of as many brokers as there are: the one that has seen most is
    taken.
    """
    copy = run_loop(_newest(folders))
    if copy is None:
        raise CommandError(f"no metadata of a cluster is in {', '.join(folders)}")
    print_facts(
        (
            ("cluster", copy.cluster_id),
            ("metadata offset", copy.snapshot.next_offset),
            ("controller epoch", copy.snapshot.controller_epoch),
            ("from", copy.folder),
        )
    )
    if not yes and sys.stdin is not None and sys.stdin.isatty():
        question = "Let the cluster go on from there? What came later is lost."
        if not click.confirm(question, err=True):
            raise CommandError("nothing was restored")
    run_loop(_restore(url, copy))
    print_done("Restored the journal: start the brokers again")


async def _newest(folders: Sequence[str]) -> JournalCopy | None:
    from ottla.base.clock import SystemClock  # noqa: PLC0415 - half a broker, for this command only
    from ottla.broker.journal_copy import newest_copy  # noqa: PLC0415
    from ottla.storage.files import LocalFileSystem  # noqa: PLC0415

    return await newest_copy(folders, LocalFileSystem(), SystemClock())


async def _restore(url: str, copy: JournalCopy) -> None:
    from ottla.metadata.engines.cluster_url import (  # noqa: PLC0415 - for this command only
        open_engine,
        parse_cluster_url,
    )

    engine = open_engine(parse_cluster_url(url))
    try:
        await engine.restore(copy.cluster_id, copy.snapshot)
    finally:
        await engine.close()
