# SPDX-License-Identifier: Apache-2.0
"""`python -m benchmarks.cluster_scale`: the control plane of clusters larger than this machine.

For each size the same story, on `light_cluster`: every broker gets into service, partitions are
created, one broker dies, the controller dies, both come back, brokers are restarted one after the
other. What is measured is a broker's own work and what the coordination service is asked; a
rolling restart of more than SAMPLE brokers is extrapolated from that many.

Prints a table, keeps the figures in benchmarks/results/ and draws docs/images/scale.png.
"""

import argparse
import asyncio
import datetime as dt
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.__main__ import WORK
from benchmarks.cluster_scale_chart import draw
from benchmarks.light_cluster import LightCluster, Step
from benchmarks.provenance import RESULTS, ROOT, described_commit
from benchmarks.report import readable, write_json
from benchmarks.servers import machine
from ottla.broker.liveness import Liveness
from ottla.broker.process import COLLECT_AFTER_ALLOCATIONS
from ottla.controller.decision import Decision
from ottla.metadata.journal import Snapshot
from ottla.metadata.snapshot import encode_snapshot, image_records
from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatRequest
from ottla.protocol.messages.cluster_metadata import NoOpRecord

POINTS = ((3, 1_000), (10, 10_000), (100, 10_000), (100, 100_000), (1_000, 100_000))
SAMPLE = 10
DEAD = 2
"""The broker that dies; 0 decides, 1 stands by."""
IDLE_S = 3.0
HEARTBEATS = 2_000
CHART = ROOT / "docs" / "images" / "scale.png"

Figures = dict[str, float]


async def measure(brokers: int, partitions: int, folder: Path) -> Figures:
    """Tell the whole story at one size."""
    cluster = LightCluster(brokers, folder)
    figures: Figures = {"brokers": brokers, "partitions": partitions}

    def note(name: str, step: Step) -> None:
        figures.update(_figures_of(name, step, brokers))

    try:
        note("start", await cluster.measure(cluster.start))
        note("create", await cluster.measure(lambda: cluster.create_partitions(partitions)))
        figures |= _sizes(cluster)
        figures |= await _idle(cluster)
        figures["heartbeat_us"] = await _heartbeat_us(cluster)
        await cluster.leave_standby_behind()
        note("fence", await cluster.measure(lambda: cluster.fence(DEAD)))
        figures |= await _failover(cluster)
        await cluster.come_back(0)
        await cluster.come_back(DEAD)
        await cluster.balance()
        note("rolling", await _rolling(cluster))
    finally:
        await cluster.stop()
    return figures


def _figures_of(name: str, step: Step, brokers: int) -> Figures:
    whole = step.requests(brokers)
    return {
        f"{name}_records": step.records,
        f"{name}_batches": step.batches,
        f"{name}_bytes": step.batch_bytes,
        f"{name}_s": step.controller_s,
        f"{name}_follower_s": step.follower_s,
        f"{name}_zookeeper": whole.zookeeper,
        f"{name}_etcd": whole.etcd,
        f"{name}_syncs": whole.syncs,
        f"{name}_transactions": whole.transactions,
        f"{name}_events": whole.events,
        f"{name}_read_bytes": whole.read_bytes,
    }


async def _rolling(cluster: LightCluster) -> Step:
    """Restart some brokers, give leadership back, and say what all of them would have cost."""
    assert cluster.standby is None, "the new controller stays where it is"
    sample = list(range(2, cluster.brokers))[:SAMPLE]

    async def restart_all() -> None:
        for broker in sample:
            await cluster.restart(broker)
        await cluster.balance()

    step = await cluster.measure(restart_all)
    return step.times(cluster.brokers / len(sample))


async def _failover(cluster: LightCluster) -> Figures:
    """Let the controller die; the standby has yet to read that another broker died before."""
    await cluster.store_snapshot()
    assert cluster.standby is not None
    tail = cluster.image.next_offset - cluster.standby.image.next_offset
    ready_s = await cluster.take_over()
    first = await cluster.measure(lambda: cluster.fence(0))
    began = time.process_time()
    cold = await cluster.start_cold()
    cold_s = time.process_time() - began
    assert cold.image.next_offset == cluster.image.next_offset
    await cold.engine.close()
    return {
        "takeover_tail_records": tail,
        "takeover_ready_s": ready_s,
        "takeover_decided_s": ready_s + first.controller_s,
        "cold_start_s": cold_s,
    }


def _sizes(cluster: LightCluster) -> Figures:
    """Return what the state takes, as a snapshot and as an image that a follower has built."""
    image = cluster.image
    began = time.process_time()
    records = tuple(image_records(image))
    listed_s = time.process_time() - began
    encoded = encode_snapshot(Snapshot(image.next_offset, 1, 0, records))
    return {
        "snapshot_bytes": len(encoded),
        "snapshot_listed_s": listed_s,
        "snapshot_s": time.process_time() - began,
        "image_bytes": _reachable_bytes(cluster.follower.image),
    }


def _reachable_bytes(root: object) -> int:
    """Return the memory of everything that an object alone leads to."""
    seen: set[int] = set()
    found = [root]
    size = 0
    while found:
        each = found.pop()
        if id(each) in seen or isinstance(each, type | type(sys) | type(_sizes)):
            continue
        seen.add(id(each))
        size += sys.getsizeof(each)
        found.extend(gc.get_referents(each))
    return size


async def _idle(cluster: LightCluster) -> Figures:
    """Return what the service is asked each second when nothing happens, pings apart.

    The controller gives a sign of life then, as `ControllerUpkeep` does.
    """
    before = cluster.follower.counts.copy()
    interval_s = cluster.config.metadata_max_idle_interval_ms / 1000
    signs = max(1, round(IDLE_S / interval_s))
    began = time.monotonic()
    for _ in range(signs):
        await asyncio.sleep(interval_s)
        await cluster.change(lambda _: Decision([NoOpRecord()], None))
    spent = cluster.follower.counts - before
    elapsed_s = time.monotonic() - began
    return {"idle_requests_per_s": spent.zookeeper / elapsed_s * cluster.brokers}


async def _heartbeat_us(cluster: LightCluster) -> float:
    """Return what the controller spends on a heartbeat, its way over the network apart."""
    assert cluster.active is not None
    liveness = Liveness(
        active=cluster.active,
        controller=cluster.controller,
        peers=None,  # nobody is knocked at
        clock=cluster.clock,
        image=lambda: cluster.image,
        own_id=0,
        predecessor_id=None,
        session_timeout_ms=cluster.config.broker_session_timeout_ms,
    )
    image = cluster.image
    beats = [
        BrokerHeartbeatRequest(
            broker_id=broker,
            broker_epoch=image.brokers[broker].broker_epoch,
            current_metadata_offset=image.offset,
        )
        for broker in image.brokers
    ]
    for beat in beats:
        await liveness.heartbeat(beat)
    began = time.process_time()
    for number in range(HEARTBEATS):
        await liveness.heartbeat(beats[number % len(beats)])
    elapsed_s = time.process_time() - began
    liveness.end()
    return elapsed_s / HEARTBEATS * 1e6


class Line(NamedTuple):
    """A line of the table."""

    title: str
    shown: Callable[[Figures], str]


def _line(title: str, figure: str, unit: str, factor: float = 1.0) -> Line:
    return Line(title, lambda found: f"{readable(found[figure] * factor)} {unit}".strip())


def _time_line(title: str, figure: str) -> Line:
    return Line(title, lambda found: _shown_time(found[figure]))


def _shown_time(seconds: float) -> str:
    return f"{readable(seconds)} s" if seconds >= 1 else f"{readable(seconds * 1e3)} ms"


def _step_lines(title: str, name: str) -> tuple[Line, ...]:
    return (
        Line(
            f"**{title}**: records · batches · KB",
            lambda found: (
                f"{found[f'{name}_records']:,.0f} · {found[f'{name}_batches']:,.0f} · "
                f"{found[f'{name}_bytes'] / 1e3:,.0f}"
            ),
        ),
        _time_line("the controller's work", f"{name}_s"),
        _time_line("each other broker's work", f"{name}_follower_s"),
        Line("requests to ZooKeeper · to etcd · a second", lambda found: _requests(found, name)),
    )


def _requests(found: Figures, name: str) -> str:
    """Show what the service is asked; each second, if it keeps up with the controller's work."""
    zookeeper, etcd = found[f"{name}_zookeeper"], found[f"{name}_etcd"]
    return " · ".join(map(readable, (zookeeper, etcd, zookeeper / found[f"{name}_s"])))


LINES = (
    *_step_lines("all brokers come into service", "start"),
    *_step_lines("create all partitions", "create"),
    *_step_lines("one broker dies", "fence"),
    _line("**the controller dies**: tail of the standby", "takeover_tail_records", "records"),
    _time_line("ready to decide", "takeover_ready_s"),
    _time_line("first decision made (it fences the old one)", "takeover_decided_s"),
    _time_line("for comparison: start from a snapshot", "cold_start_s"),
    *_step_lines("rolling restart of all brokers", "rolling"),
    _line("**snapshot**", "snapshot_bytes", "MB", 1e-6),
    _time_line("work to write one", "snapshot_s"),
    _time_line("in which nothing else is done", "snapshot_listed_s"),
    _line("**memory** of one image", "image_bytes", "MB", 1e-6),
    _line("**idle**: requests to the engine", "idle_requests_per_s", "/s"),
    _line("one heartbeat at the controller", "heartbeat_us", "µs"),
)


def markdown(points: Sequence[Figures]) -> str:
    """Write the table: a column for each size."""
    heads = [f"{found['brokers']:,.0f} / {found['partitions']:,.0f}" for found in points]
    rows = [["brokers / partitions", *heads], ["---", *["--:"] * len(points)]]
    rows += [[line.title, *(line.shown(found) for found in points)] for line in LINES]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main(given: Sequence[str] | None = None) -> int:
    """Measure what was asked for and show it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster_scale", description=__doc__)
    parser.add_argument(
        "--point", action="append", metavar="BROKERS,PARTITIONS", help="instead of all sizes"
    )
    parser.add_argument("--dry", action="store_true", help="print, but keep nothing")
    arguments = parser.parse_args(given)
    points = POINTS
    if arguments.point:
        points = [tuple(map(int, text.split(","))) for text in arguments.point]
    gc.set_threshold(COLLECT_AFTER_ALLOCATIONS, 50, 100)  # as in a broker
    measured = [_measure_in_folder(*point) for point in points]
    print(markdown(measured))
    if not arguments.dry:
        _keep(measured)
    return 0


def _measure_in_folder(brokers: int, partitions: int) -> Figures:
    WORK.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        found = asyncio.run(measure(brokers, partitions, Path(folder)))
    gc.collect()
    print(f"{brokers} brokers, {partitions} partitions: done", file=sys.stderr)
    return found


def _keep(measured: Sequence[Figures]) -> None:
    began = dt.datetime.now(dt.UTC)
    commit = described_commit()
    about: dict[str, Any] = {
        "date": began.isoformat(timespec="seconds"),
        "commit": commit,
        "machine": machine(),
        "cluster_scale": measured,
    }
    path = RESULTS / f"{began:%Y-%m-%d-%H%M}-{commit}-cluster-scale.json"
    write_json(path, about)
    path.with_suffix(".md").write_text(markdown(measured))
    draw(measured, CHART)


if __name__ == "__main__":
    sys.exit(main())
