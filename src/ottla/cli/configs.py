# SPDX-License-Identifier: Apache-2.0
"""`ottla configs`: show and change the settings of topics and brokers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ottla.cli.options import bootstrap_option, json_option, parse_pair
from ottla.cli.output import print_done, print_json, print_table, remark
from ottla.cli.session import with_cluster
from ottla.client.configs import (
    ConfigChange,
    ConfigEntry,
    ConfigOperation,
    ConfigResource,
    ConfigSource,
    ResourceType,
    alter_configs,
    describe_configs,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.client.cluster import Cluster
    from ottla.net.address import Address

_KINDS = {
    "topic": ResourceType.TOPIC,
    "broker": ResourceType.BROKER,
    "group": ResourceType.GROUP,
    "client-metrics": ResourceType.CLIENT_METRICS,
}

_SOURCES = {
    ConfigSource.UNKNOWN: "unknown",
    ConfigSource.TOPIC: "this topic",
    ConfigSource.DYNAMIC_BROKER: "this broker, dynamic",
    ConfigSource.DYNAMIC_DEFAULT_BROKER: "all brokers, dynamic",
    ConfigSource.STATIC_BROKER: "broker's file or command line",
    ConfigSource.DEFAULT: "default",
    ConfigSource.DYNAMIC_BROKER_LOGGER: "this broker, dynamic",
    ConfigSource.CLIENT_METRICS: "this subscription",
    ConfigSource.GROUP: "this group",
}

_kind_argument = click.argument("kind", type=click.Choice(list(_KINDS)))
_name_argument = click.argument("name", required=False)


@click.group("configs")
def command() -> None:
    """Show and change the settings of topics and brokers.

    KIND is topic, broker, group or client-metrics; NAME a topic's name or a broker's number.
    Without NAME, `broker` means the defaults of all brokers.
    """


@command.command("describe")
@_kind_argument
@_name_argument
@click.option("--all", "with_defaults", is_flag=True, help="Show what nobody set as well.")
@click.option("--key", "keys", multiple=True, help="Show only this key; may be repeated.")
@click.option("--doc", "with_documentation", is_flag=True, help="Explain each key.")
@json_option
@bootstrap_option
def describe_command(
    kind: str,
    name: str | None,
    with_defaults: bool,
    keys: tuple[str, ...],
    with_documentation: bool,
    as_json: bool,
    bootstrap: Sequence[Address],
) -> None:
    """Show the settings of a topic or broker."""
    resource = _resource(kind, name)

    async def describe(cluster: Cluster) -> list[ConfigEntry]:
        return await describe_configs(
            cluster, resource, keys=keys or None, with_documentation=with_documentation
        )

    entries = with_cluster(bootstrap, describe)
    if as_json:
        print_json([_entry_json(entry) for entry in entries])
        return
    shown = [entry for entry in entries if with_defaults or keys or not entry.is_default]
    columns = ["KEY", "VALUE", "SOURCE"]
    if with_documentation:
        columns.append("MEANING")
    print_table(columns, [_row(entry, with_documentation) for entry in shown])
    if not entries:
        remark(f"Nothing is set for {resource}.")
    if len(shown) < len(entries):
        more = "more " if shown else ""
        remark(f"{len(entries) - len(shown)} {more}keys have their default; --all shows them.")


@command.command("alter")
@_kind_argument
@_name_argument
@click.option(
    "--set",
    "settings",
    type=parse_pair,
    metavar="KEY=VALUE",
    multiple=True,
    help="Give a key a value.",
)
@click.option("--delete", "deleted", metavar="KEY", multiple=True, help="Go back to the default.")
@click.option(
    "--append",
    "appended",
    type=parse_pair,
    metavar="KEY=VALUE",
    multiple=True,
    help="Add to a list of values.",
)
@click.option(
    "--subtract",
    "subtracted",
    type=parse_pair,
    metavar="KEY=VALUE",
    multiple=True,
    help="Take from a list of values.",
)
@click.option("--dry-run", is_flag=True, help="Only let the broker check the values.")
@bootstrap_option
def alter_command(
    kind: str,
    name: str | None,
    settings: tuple[tuple[str, str], ...],
    deleted: tuple[str, ...],
    appended: tuple[tuple[str, str], ...],
    subtracted: tuple[tuple[str, str], ...],
    dry_run: bool,
    bootstrap: Sequence[Address],
) -> None:
    """Change settings of a topic or broker; all changes of one call or none."""
    resource = _resource(kind, name)
    changes = [
        *(ConfigChange(key, ConfigOperation.SET, value) for key, value in settings),
        *(ConfigChange(key, ConfigOperation.DELETE) for key in deleted),
        *(ConfigChange(key, ConfigOperation.APPEND, value) for key, value in appended),
        *(ConfigChange(key, ConfigOperation.SUBTRACT, value) for key, value in subtracted),
    ]
    if not changes:
        raise click.UsageError("Say what to change: --set, --delete, --append or --subtract.")

    async def alter(cluster: Cluster) -> None:
        await alter_configs(cluster, resource, changes, validate_only=dry_run)

    with_cluster(bootstrap, alter)
    print_done(f"{'Would change' if dry_run else 'Changed'} {resource}")


def _resource(kind: str, name: str | None) -> ConfigResource:
    if name is None and kind != "broker":
        raise click.UsageError(f"Name the {kind}: ottla configs ... {kind} NAME.")
    if kind == "broker" and name is not None and not name.isdigit():
        raise click.UsageError(f"A broker is named by its number, not {name!r}.")
    return ConfigResource(_KINDS[kind], name or "")


def _row(entry: ConfigEntry, with_documentation: bool) -> list[object]:
    value = "(hidden)" if entry.is_sensitive else entry.value
    row: list[object] = [entry.key, value, _SOURCES[entry.source]]
    if with_documentation:
        row.append(entry.documentation)
    return row


def _entry_json(entry: ConfigEntry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "value": entry.value,
        "source": entry.source.name,
        "is_read_only": entry.is_read_only,
        "is_sensitive": entry.is_sensitive,
        "documentation": entry.documentation,
        "synonyms": [
            {"key": key, "value": value, "source": source.name}
            for key, value, source in entry.synonyms
        ],
    }
