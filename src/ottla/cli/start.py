# SPDX-License-Identifier: Apache-2.0
"""`ottla start`: run a broker in the foreground.

Kept light, since every import here delays the broker: click, the configuration, the broker.
Settings come from `--config` < `--set` < the options with a name of their own. Without any, the
broker listens on 127.0.0.1:9092 and keeps its data in ./ottla-data.

With `--cluster`, or the setting `ottla.cluster`, the broker belongs to a cluster that is kept in
ZooKeeper or etcd. It waits there for whatever is not up yet, and a person at a terminal is told.

On a terminal a banner says where things are and what to paste into another terminal to try it;
otherwise one plain line per fact, of which tools wait for `Ottla is ready on HOST:PORT`.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from ottla.base.errors import ConfigError
from ottla.base.properties import read_properties
from ottla.base.version import VERSION

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence

    from ottla.broker.app import Ready
    from ottla.broker.starting import Waiting

DEFAULT_LISTENER = "127.0.0.1:9092"
DEFAULT_DATA_DIR = "ottla-data"

QUIET_S = 1.0
"""How long a start may wait for something before a person is told."""

_CLIENT_DEFAULT = "127.0.0.1:9092"


def parse_listener(text: str) -> str:
    """Check the form HOST:PORT or NAME://HOST:PORT; what it names is found out on opening it."""
    _, _, address = text.rpartition("://")
    host, colon, port = address.rpartition(":")
    is_bracketed = host.startswith("[") and host.endswith("]")
    is_port = port.isascii() and port.isdigit() and int(port) < 65536
    if not colon or not is_port or (":" in host and not is_bracketed):
        raise click.BadParameter(f"{text!r} is not HOST:PORT, for example 127.0.0.1:9092")
    return text


def parse_setting(text: str) -> tuple[str, str]:
    """Split KEY=VALUE at the first equals sign."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise click.BadParameter(f"{text!r} is not KEY=VALUE, for example num.partitions=3")
    return key.strip(), value.strip()


@click.command("start")
@click.option(
    "--listen",
    "listeners",
    type=parse_listener,
    metavar="HOST:PORT",
    multiple=True,
    help=f"Address to listen on; may be repeated.  [default: {DEFAULT_LISTENER}]",
)
@click.option(
    "--data-dir",
    metavar="DIR",
    help=f"Folder that keeps the data.  [default: ./{DEFAULT_DATA_DIR}]",
)
@click.option("--node-id", type=click.IntRange(0), metavar="N", help="Number of this broker.")
@click.option(
    "--cluster",
    metavar="URL",
    help="Cluster to belong to: zookeeper://HOST:PORT,... or etcd://HOST:PORT,...",
)
@click.option(
    "--roles",
    type=click.Choice(["broker,controller", "broker"]),
    help="With broker alone this node is never the controller.  [default: broker,controller]",
)
@click.option(
    "--config",
    "config_file",
    metavar="FILE",
    help="A server.properties file with Kafka's keys.",
)
@click.option(
    "--set",
    "settings",
    type=parse_setting,
    metavar="KEY=VALUE",
    multiple=True,
    help="One setting with Kafka's key, for example num.partitions=3; may be repeated.",
)
@click.option(
    "--advertise",
    type=parse_listener,
    metavar="HOST:PORT",
    help="Address that clients are told.  [default: the one they connected to]",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="What the broker reports on standard error.",
)
def command(
    listeners: tuple[str, ...],
    data_dir: str | None,
    node_id: int | None,
    cluster: str | None,
    roles: str | None,
    config_file: str | None,
    settings: tuple[tuple[str, str], ...],
    advertise: str | None,
    log_level: str,
) -> int:
    """Start a broker on this machine and run it until Ctrl-C."""
    properties = read_properties(config_file) if config_file is not None else {}
    overrides = dict(settings)
    if listeners:
        overrides.update(_listener_settings(listeners, {**properties, **overrides}))
    if data_dir is not None:
        overrides["log.dirs"] = data_dir
    if node_id is not None:
        overrides["node.id"] = str(node_id)
    if cluster is not None:
        overrides["ottla.cluster"] = cluster
    if roles is not None:
        overrides["process.roles"] = roles
    if advertise is not None:
        overrides["advertised.listeners"] = _named(advertise, "PLAINTEXT")
    logging.basicConfig(
        level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    return run_broker(with_defaults(properties, overrides), overrides)


def run_broker(properties: Mapping[str, str], overrides: Mapping[str, str]) -> int:
    """Build the configuration, say what is odd about it, run the broker, return its exit code."""
    from ottla.broker.config import BrokerConfig  # noqa: PLC0415 - not needed for --help

    config = BrokerConfig.load(properties, overrides)
    cluster = None
    if config.ottla_cluster is not None:
        cluster = cluster_name(config.ottla_cluster)
        if not config.static.keys() & {"node.id", "broker.id"}:
            raise click.UsageError(
                "Every broker of a cluster needs a number of its own: add --node-id N."
            )
    for warning in config.warnings:
        click.echo(f"ottla: warning: {warning}", err=True)
    for note in config.notes:
        click.echo(f"ottla: {note}", err=True)

    from ottla.broker.process import run  # noqa: PLC0415 - a bad configuration must not wait for it

    return run(
        config,
        on_ready=lambda ready: announce(ready, cluster),
        on_waiting=WaitingNotice(cluster).waiting,
    )


def cluster_name(url: str) -> str:
    """Return where the cluster is kept, without the password; raises ConfigError."""
    from ottla.metadata.engines.cluster_url import (  # noqa: PLC0415 - not every broker is in one
        parse_cluster_url,
    )

    return str(parse_cluster_url(url))


def with_defaults(properties: Mapping[str, str], overrides: Mapping[str, str]) -> dict[str, str]:
    """Add what makes a broker start with no configuration at all, below everything given."""
    given = {**properties, **overrides}
    defaults: dict[str, str] = {}
    if "listeners" not in given:
        defaults["listeners"] = _named(DEFAULT_LISTENER, "PLAINTEXT")
    if not given.keys() & {"log.dirs", "log.dir"}:
        defaults["log.dirs"] = DEFAULT_DATA_DIR
    return {**defaults, **properties}


class WaitingNotice:
    """Tells a person at a terminal what the start waits for, once that takes a while."""

    def __init__(self, cluster: str | None) -> None:
        self._cluster = cluster
        self._timer: asyncio.TimerHandle | None = None

    def waiting(self, waiting: Waiting | None) -> None:
        """Take note of what is waited for; called in the broker's loop."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if waiting is not None and sys.stderr.isatty():
            import asyncio  # noqa: PLC0415 - it is there by now, and --help does without

            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(QUIET_S, self._tell, waiting.value)

    def _tell(self, what: str) -> None:
        place = "" if self._cluster is None else f" ({self._cluster})"
        click.echo(click.style(f"  Waiting for {what}{place} ...", dim=True), err=True)


def announce(ready: Ready, cluster: str | None = None) -> None:
    """Tell the user or the tool that clients may come."""
    if sys.stdout.isatty():
        text = banner(ready, _own_command(), _is_colour_wanted(), cluster)
    else:
        text = plain_announcement(ready, cluster)
    sys.stdout.write(text)
    sys.stdout.flush()


def plain_announcement(ready: Ready, cluster: str | None = None) -> str:
    """One fact per line; the ready lines come last."""
    lines = [] if cluster is None else [f"Broker {ready.node_id} of cluster {cluster}"]
    lines += [f"Data folder: {os.path.abspath(folder)}" for folder in ready.data_directories]
    lines += [f"Ottla is ready on {_address(*address)}" for address in ready.addresses]
    return "".join(f"{line}\n" for line in lines)


def banner(ready: Ready, own_command: str, is_coloured: bool, cluster: str | None = None) -> str:
    """Address, data folder, cluster, and the two lines to try it with."""
    addresses = ", ".join(_address(*address) for address in ready.addresses)
    folders = ", ".join(os.path.abspath(folder) for folder in ready.data_directories)
    nearest = _address(*ready.addresses[0])
    option = "" if nearest == _CLIENT_DEFAULT else f" --bootstrap {nearest}"
    strong = _style(is_coloured, "1")
    faint = _style(is_coloured, "2")
    accent = _style(is_coloured, "36")
    title = f"{strong(f'Ottla {VERSION}')} is ready"
    membership = []
    if cluster is not None:
        title = f"{strong(f'Ottla {VERSION}')}, broker {ready.node_id}, is in service"
        membership = [f"  {faint('cluster')}   {cluster}, id {ready.cluster_id}"]
    return "\n".join(
        (
            "",
            f"  {title}",
            "",
            *membership,
            f"  {faint('address')}   {addresses}",
            f"  {faint('data')}      {folders}",
            "",
            "  To try it, paste into other terminals:",
            "",
            f"    {accent(f'{own_command} produce greetings{option}')}",
            f"    {accent(f'{own_command} consume greetings --from-beginning --follow{option}')}",
            "",
            f"  {faint('Ctrl-C stops the broker. What it acknowledged stays in the data folder.')}",
            "",
            "",
        )
    )


def _style(is_coloured: bool, code: str) -> Any:
    if not is_coloured:
        return str
    return lambda text: f"\x1b[{code}m{text}\x1b[0m"


def _is_colour_wanted() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _own_command() -> str:
    """Return how this very program can be called from another terminal in the same folder."""
    path = sys.argv[0]
    if os.path.basename(path) != "ottla":
        return f"{os.path.relpath(sys.executable)} -m ottla" if sys.executable else "ottla"
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        candidate = os.path.join(folder, "ottla")
        if os.path.exists(candidate):
            return "ottla" if os.path.samefile(candidate, path) else _short(path)
    return _short(path)


def _short(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def _listener_settings(listeners: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Name the listeners: the first is PLAINTEXT, further ones get numbers."""
    names = ["PLAINTEXT", *(f"PLAINTEXT_{number}" for number in range(2, len(listeners) + 1))]
    named = [_named(text, name) for text, name in zip(listeners, names, strict=True)]
    settings = {"listeners": ",".join(named)}
    if len(named) > 1 and "listener.security.protocol.map" not in given:
        used = [text.partition("://")[0] for text in named]
        settings["listener.security.protocol.map"] = ",".join(f"{name}:PLAINTEXT" for name in used)
    duplicates = {text for text in listeners if listeners.count(text) > 1}
    if duplicates:
        raise ConfigError("listen", min(duplicates), "each address can be listened on once")
    return settings


def _named(address: str, name: str) -> str:
    return address if "://" in address else f"{name}://{address}"
