# SPDX-License-Identifier: Apache-2.0
"""`ottla cluster up` and its companions: a cluster on this machine in one command.

For development and trials. `up` starts a local engine where its program is installed, then the
brokers, and returns when all are in service; they go on in the background. The other commands find
them through the folder (`folder`). Memory is the engine that needs nothing: all brokers share one
process then.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Protocol

import click

from ottla.cli.local_cluster.engine_programs import free_port
from ottla.cli.local_cluster.folder import ClusterFolder, Description, LocalBroker
from ottla.cli.local_cluster.memory_cluster import MemoryCluster
from ottla.cli.local_cluster.process_cluster import ProcessCluster
from ottla.cli.local_cluster.status import (
    print_status,
    statuses,
    statuses_json,
)
from ottla.cli.options import json_option, parse_pair
from ottla.cli.output import print_done, print_facts, print_gap, print_json
from ottla.cli.session import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_FOLDER = "ottla-cluster"
DEFAULT_PORT = 9092
BROKERS_MAX = 64
FOREGROUND_POLL_S = 0.5

data_dir_option = click.option(
    "--data-dir",
    metavar="DIR",
    default=DEFAULT_FOLDER,
    envvar="OTTLA_CLUSTER_DIR",
    show_default=f"./{DEFAULT_FOLDER}",
    show_envvar=True,
    help="Folder of the cluster.",
)
_brokers_argument = click.argument("brokers", nargs=-1, required=True, type=int, metavar="N...")


class LocalCluster(Protocol):
    """What commands do with a cluster, whichever engine it has."""

    def up(self) -> None:
        """Start everything and return when every broker is in service."""

    def down(self) -> None:
        """Stop everything."""

    def kill(self, broker_id: int) -> None:
        """End a broker as a crash would."""

    def stop(self, broker_id: int) -> None:
        """Shut a broker down in good order."""

    def pause(self, broker_id: int) -> None:
        """Freeze a broker."""

    def resume(self, broker_id: int) -> None:
        """Let a frozen broker go on."""

    def restart(self, broker_id: int) -> None:
        """Stop a broker that runs, and start it again."""

    def states(self) -> dict[int, str]:
        """Return what each broker does."""


@click.command("up")
@click.option(
    "--brokers",
    "broker_count",
    type=click.IntRange(1, BROKERS_MAX),
    help="How many.  [default: 3, or as many as the folder knows]",
)
@click.option(
    "--engine",
    type=click.Choice(["memory", "etcd", "zookeeper"]),
    help="What keeps the cluster's state.  [default: memory, or what the folder knows]",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535 - BROKERS_MAX),
    help="Port of the first broker, the others follow; 0: any.  "
    f"[default: {DEFAULT_PORT}, or as the folder knows]",
)
@click.option(
    "--set",
    "settings",
    type=parse_pair,
    metavar="KEY=VALUE",
    multiple=True,
    help="A setting of all brokers with Kafka's key; may be repeated.",
)
@click.option("--foreground", is_flag=True, help="Stay until Ctrl-C, which stops the cluster.")
@data_dir_option
def up_command(
    broker_count: int | None,
    engine: str | None,
    port: int | None,
    settings: tuple[tuple[str, str], ...],
    foreground: bool,
    data_dir: str,
) -> None:
    """Start a cluster on this machine."""
    folder = ClusterFolder(data_dir)
    with folder.changing():
        description = planned(folder.load(), broker_count, engine, port, dict(settings))
        if description.processes():
            raise CommandError(
                f"the cluster in {folder.path} is up: `ottla cluster status` shows it, "
                "`ottla cluster down` stops it"
            )
        cluster = _cluster(folder, description)
        try:
            cluster.up()
        except BaseException:
            cluster.down()
            raise
    ended = _signals_to_end() if foreground else None
    print_status(statuses(description, cluster.states()))
    print_done(f"{_counted(len(description.brokers))} in service, data in {folder.path}")
    print_facts((("bootstrap", description.bootstrap_servers),))
    if ended is not None:
        while not ended.wait(FOREGROUND_POLL_S) and description.processes():
            pass
        with folder.changing():
            _cluster(folder, folder.must_load()).down()
        print_done("Stopped the cluster")


@click.command("down")
@data_dir_option
def down_command(data_dir: str) -> None:
    """Stop the cluster; its data stays."""
    folder = ClusterFolder(data_dir)
    folder.must_load()
    with folder.changing():
        description = folder.must_load()
        if not description.processes():
            print_done("The cluster was not running")
            return
        _cluster(folder, description).down()
    print_done("Stopped the cluster")


@click.command("kill")
@_brokers_argument
@data_dir_option
def kill_command(brokers: tuple[int, ...], data_dir: str) -> None:
    """End brokers as a crash would (kill -9)."""
    _for_each(data_dir, brokers, lambda cluster: cluster.kill, "Killed broker")


@click.command("stop")
@_brokers_argument
@data_dir_option
def stop_command(brokers: tuple[int, ...], data_dir: str) -> None:
    """Shut brokers down in good order."""
    _for_each(data_dir, brokers, lambda cluster: cluster.stop, "Stopped broker")


@click.command("pause")
@_brokers_argument
@data_dir_option
def pause_command(brokers: tuple[int, ...], data_dir: str) -> None:
    """Freeze brokers: nothing answers any more."""
    _for_each(data_dir, brokers, lambda cluster: cluster.pause, "Paused broker")


@click.command("resume")
@_brokers_argument
@data_dir_option
def resume_command(brokers: tuple[int, ...], data_dir: str) -> None:
    """Let frozen brokers go on."""
    _for_each(data_dir, brokers, lambda cluster: cluster.resume, "Resumed broker")


@click.command("restart")
@_brokers_argument
@data_dir_option
def restart_command(brokers: tuple[int, ...], data_dir: str) -> None:
    """Start brokers again; those that run are stopped first."""
    _for_each(data_dir, brokers, lambda cluster: cluster.restart, "Restarted broker")


@click.command("status")
@json_option
@data_dir_option
def status_command(as_json: bool, data_dir: str) -> None:
    """Show the brokers, running or not."""
    folder = ClusterFolder(data_dir)
    description = folder.must_load()
    found = statuses(description, _cluster(folder, description).states())
    if as_json:
        print_json(statuses_json(description, found))
        return
    print_status(found)
    print_gap()
    print_facts((("engine", description.engine), ("bootstrap", description.bootstrap_servers)))


@click.command("hold", hidden=True)
@click.argument("folder")
def hold_command(folder: str) -> None:
    """Hold all brokers of a cluster with the engine memory; started by `up`."""
    import logging  # noqa: PLC0415 - in the background only

    from ottla.cli.local_cluster.holder import Holder  # noqa: PLC0415 - likewise: a whole broker
    from ottla.cli.session import run_loop  # noqa: PLC0415 - likewise

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    place = ClusterFolder(folder)
    run_loop(Holder(place, place.must_load()).run())


COMMANDS = (
    up_command,
    status_command,
    kill_command,
    pause_command,
    resume_command,
    stop_command,
    restart_command,
    down_command,
    hold_command,
)


def planned(
    known: Description | None,
    broker_count: int | None,
    engine: str | None,
    port: int | None,
    settings: dict[str, str],
) -> Description:
    """Return the cluster to start: as the folder knows it, changed as asked.

    Raises CommandError when the folder's data does not go with what was asked.
    """
    if known is not None and engine not in (None, known.engine):
        raise CommandError(
            f"the data in this folder belongs to a cluster with the engine {known.engine}: "
            "choose another --data-dir"
        )
    if known is not None and broker_count is not None and broker_count < len(known.brokers):
        raise CommandError(
            f"this cluster has {len(known.brokers)} brokers, whose data would be missing: "
            "choose another --data-dir"
        )
    old_ports = [] if known is None or port is not None else [b.port for b in known.brokers]
    count = broker_count or (3 if known is None else len(known.brokers))
    ports = (old_ports + _ports(port, old_ports, count))[:count]
    description = known or Description(engine or "memory", [])
    description.brokers = [LocalBroker(n, ports[n - 1]) for n in range(1, count + 1)]
    description.settings = {**default_settings(count), **description.settings, **settings}
    return description


def default_settings(broker_count: int) -> dict[str, str]:
    """Return settings that show what a cluster is for, unless somebody sets others."""
    return {
        "default.replication.factor": str(min(3, broker_count)),
        "min.insync.replicas": "2" if broker_count >= 3 else "1",
        "group.initial.rebalance.delay.ms": "0",
    }


def _ports(base: int | None, old_ports: list[int], count: int) -> list[int]:
    if base == 0:
        return [free_port() for _ in range(count)]
    first = max(old_ports) + 1 if old_ports else base or DEFAULT_PORT
    return list(range(first, first + count))


def _cluster(folder: ClusterFolder, description: Description) -> LocalCluster:
    kind = MemoryCluster if description.engine == "memory" else ProcessCluster
    return kind(folder, description)


def _for_each(
    data_dir: str,
    broker_ids: tuple[int, ...],
    action: Callable[[LocalCluster], Callable[[int], None]],
    done: str,
) -> None:
    folder = ClusterFolder(data_dir)
    folder.must_load()
    with folder.changing():
        cluster = _cluster(folder, folder.must_load())
        for broker_id in broker_ids:
            action(cluster)(broker_id)
            print_done(f"{done} {broker_id}")


def _signals_to_end() -> threading.Event:
    """Return what Ctrl-C and SIGTERM set from now on."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    return ended


def _counted(count: int) -> str:
    return "1 broker is" if count == 1 else f"{count} brokers are"
