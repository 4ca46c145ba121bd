# SPDX-License-Identifier: Apache-2.0
"""The ETL example under kills: every process dies at random, and each day is loaded once."""

from __future__ import annotations

import csv
import itertools
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import psycopg
import pytest
from examples import etl_temperatures
from examples.etl_temperatures import NOISE, Reading, RefusedError
from tools.postgresql import PostgreSQLServer
from vega_datasets import data

from ottla.client.consumer_record import ConsumerRecord

EXAMPLE = Path(__file__).parents[3] / "examples" / "etl_temperatures.py"
SEED = 2010
PAUSE_S = 0.02  # so that the readings come while everybody dies and comes back
TRANSACTIONS_MAX = 80  # in the life of a process, which prints a line for each
IDLE_LIFE_S = 3  # of one that has nothing more to do
KILLS_AT_LEAST = 3  # of each process; fewer would show little
TIMEOUT_S = 120


class Victim:
    """One process of the example, which dies again and again in the midst of its work."""

    def __init__(self, chance: random.Random, bootstrap: str, *arguments: str) -> None:
        self.name = " ".join(arguments)
        self.kills = 0
        self._chance = chance
        self._command = [sys.executable, str(EXAMPLE), *arguments, "--bootstrap", bootstrap]
        self._process = None
        self._killer = None

    def start(self) -> None:
        """Start it, to live for some transactions and a part of the next one."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE)
        transactions = self._chance.randint(1, TRANSACTIONS_MAX)
        after_s = self._chance.uniform(0, PAUSE_S)
        self._killer = threading.Thread(target=self._kill_in_time, args=(transactions, after_s))
        self._killer.start()

    def has_ended(self) -> bool:
        """Whether it was killed, which it never survives, or ended by itself, which it may not."""
        code = self._process.poll()
        assert code in (None, 0, -signal.SIGKILL), f"{self.name} ended by itself"
        return code is not None

    def has_finished(self) -> bool:
        """Whether it ended because all was done."""
        return self._process.returncode == 0

    def bury(self) -> None:
        """Leave nothing of it behind."""
        self._process.kill()
        self._process.wait()
        self._killer.join()
        self._process.stdout.close()
        self.kills += not self.has_finished()

    def run(self, *more: str) -> str:
        """Run it to its end and return what it printed."""
        return subprocess.run(
            [*self._command, *more], check=True, capture_output=True, text=True, timeout=60
        ).stdout

    def _kill_in_time(self, transactions: int, after_s: float) -> None:
        idle = threading.Timer(IDLE_LIFE_S, self._process.kill)
        idle.start()
        for _line in itertools.islice(self._process.stdout, transactions):
            pass
        time.sleep(after_s)
        self._process.kill()
        idle.cancel()


def days_of_data_set():
    """Return the rows that there have to be, computed from the files alone."""
    readings = defaultdict(list)
    for station, path in (
        ("seattle", data.seattle_temps.filepath),
        ("san francisco", data.sf_temps.filepath),
    ):
        with open(path, encoding="utf-8") as file:
            for row in csv.DictReader(file):
                day = date(*map(int, row["date"].split(" ")[0].split("/")))
                readings[station, day].append((Fraction(row["temp"]) - 32) * 5 / 9)
    return [
        (
            *place,
            *(rounded(value) for value in (min(found), max(found), sum(found) / len(found))),
            len(found),
        )
        for place, found in sorted(readings.items())
    ]


def rounded(value: Fraction) -> Decimal:
    """Return a value with two decimals."""
    return Decimal(round(value * 100)) / 100


def loaded(address: str):
    """Return what is in a database; a DuckDB file must not be open elsewhere."""
    if address.startswith("postgresql://"):
        with psycopg.connect(address) as database:
            return sorted(database.execute("select * from daily").fetchall())
    with duckdb.connect(address) as database:
        return sorted(database.execute("select * from daily").fetchall())


def kill_until_all_is_loaded(extract, transforms, loads, count):
    """Let everybody die again and again; `loads` has the process that loads each database."""
    deadline = time.monotonic() + TIMEOUT_S
    addresses = {load: address for address, load in loads.items()}
    alive = [extract, *transforms, *loads.values()]
    for victim in alive:
        victim.start()
    try:
        while not set(alive) <= set(transforms):
            assert time.monotonic() < deadline, [victim.name for victim in alive]
            time.sleep(0.005)
            for victim in list(alive):
                if not victim.has_ended():
                    continue
                victim.bury()
                # A DuckDB file can be looked at only while nobody has it open.
                if victim in addresses:
                    is_done = is_complete(addresses[victim], count)
                else:
                    is_done = victim is extract and victim.has_finished()
                if is_done:
                    alive.remove(victim)
                else:
                    victim.start()
    finally:
        for victim in alive:
            victim.bury()


def is_complete(address, count):
    """Whether a database has so many days; a loader may die before it made the table."""
    try:
        return len(loaded(address)) == count
    except (psycopg.errors.UndefinedTable, duckdb.CatalogException):
        return False


@pytest.mark.timeout(240)
def test_processes_die_and_every_day_is_loaded_once(start_broker, tmp_path):
    """Both databases have what follows from the data set, and every bad reading was refused."""
    bootstrap = start_broker().bootstrap
    chance = random.Random(SEED)
    expected = days_of_data_set()
    with PostgreSQLServer() as postgresql:
        extract = Victim(chance, bootstrap, "extract", "--pause", str(PAUSE_S))
        transforms = [Victim(chance, bootstrap, "transform", "--name", name) for name in "ab"]
        loads = {
            address: Victim(chance, bootstrap, "load", "--into", address)
            for address in (postgresql.url, str(tmp_path / "days.duckdb"))
        }
        report = Victim(chance, bootstrap, "report")
        assert report.run() == "{}\n"  # makes the topics
        kill_until_all_is_loaded(extract, transforms, loads, len(expected))
        for victim in (extract, *transforms, *loads.values()):
            assert victim.kills >= KILLS_AT_LEAST, victim.name
        extract.run()  # there is nothing more to send or to load
        for address, load in loads.items():
            assert load.run("--once") == ""
            assert loaded(address) == expected
    readings = sum(row[-1] for row in expected)
    assert json.loads(report.run()) == {kind: readings // every for kind, every in NOISE.items()}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"\xff", "nonsense"),
        (None, "nonsense"),
        (b"17", "nonsense"),
        (b'{"time": "2010/01/01 00:00"}', "nonsense"),
        (b'{"station": "a", "time": "yesterday", "fahrenheit": "40"}', "nonsense"),
        (b'{"station": "a", "time": "2010/01/01 00:00", "fahrenheit": "NaN"}', "nonsense"),
        (b'{"station": "a", "time": "2010/01/01 00:00", "fahrenheit": ""}', "empty"),
        (b'{"station": "a", "time": "2010/01/01 00:00", "fahrenheit": "-460"}', "impossible"),
        (b'{"station": "a", "time": "2010/01/03 00:00", "fahrenheit": "40"}', "future"),
    ],
)
def test_what_cannot_be_is_refused(value, reason):
    """Whatever somebody sends, the transformer goes on, and says what was wrong."""
    sent_ms = 1_262_304_000_000  # the first of January 2010, UTC
    with pytest.raises(RefusedError, match=reason):
        etl_temperatures.clean(ConsumerRecord("readings", 0, 0, sent_ms, None, value))


def test_days_of_stations_that_share_a_partition():
    """Each has its own; both end with the first reading of a later day, whichever it is of."""
    day = etl_temperatures.Day()
    first = datetime(2010, 1, 1, 23)  # noqa: DTZ001 - local
    day.add(Reading(first, "a", Decimal(32)))
    day.add(Reading(first, "b", Decimal(50)))
    day.add(Reading(first - timedelta(hours=1), "b", Decimal(68)))
    with pytest.raises(RefusedError, match="duplicate"):
        day.add(Reading(first, "b", Decimal(51)))
    with pytest.raises(RefusedError, match="late"):
        day.add(Reading(first - timedelta(days=1), "a", Decimal(32)))
    assert not day.is_ended_by(Reading(first, "a", Decimal(32)))
    assert day.is_ended_by(Reading(first + timedelta(hours=1), None, Decimal(0)))
    assert list(day.windows()) == [
        {
            "station": station,
            "day": "2010-01-01",
            "lowest": lowest,
            "highest": highest,
            "mean": mean,
            "readings": count,
        }
        for station, lowest, highest, mean, count in (
            ("a", "0.00", "0.00", "0.00", 1),
            ("b", "10.00", "20.00", "15.00", 2),
        )
    ]


def test_two_loaders_of_one_database(tmp_path):
    """Only one of two that found the same offset can store days and go on from it."""
    with duckdb.connect(str(tmp_path / "days.duckdb")) as database:
        for statement in etl_temperatures.SCHEMA:
            database.execute(statement)
        assert etl_temperatures.find_position(database, 0) == 0
        etl_temperatures.advance(database, 0, expected=0, next_offset=5)
        with pytest.raises(SystemExit, match="another process"):
            etl_temperatures.advance(database, 0, expected=0, next_offset=5)
        assert etl_temperatures.find_position(database, 0) == 5
