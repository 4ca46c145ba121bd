# SPDX-License-Identifier: Apache-2.0
"""One round: a cluster is started, suffers under clients, is healed, read to its end and judged."""

import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ottla.testing.simulation.checker import Promises, Verdict, check
from ottla.testing.simulation.history import Operation, write_history
from tools.chaos.clients import TRANSACTION_TIMEOUT_MS, Clients
from tools.chaos.cluster import Cluster, EngineName
from tools.chaos.faults import RECOVERABLE, Faults
from tools.chaos.final_reads import FinalReads
from tools.chaos.group_members import GroupMembers
from tools.chaos.judging import inexact_copies
from tools.chaos.rebirth import Rebirth
from tools.chaos.recording import SharedRecorder
from tools.chaos.replica_logs import compare_replicas
from tools.chaos.topics import Topics

if TYPE_CHECKING:
    from ottla.testing.simulation.checks.evidence import Anomaly

WARM_UP_S: Final = 1.0
IN_SYNC_PATIENCE_S: Final = 60.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSettings:
    """What a round is; the seed decides which faults it has."""

    engine: EngineName
    seed: int
    fault_s: float
    kinds: tuple[str, ...] = ()

    def command(self) -> str:
        """Return the command that repeats the round's faults."""
        words = [f"python -m tools.chaos --engine {self.engine} --seed {self.seed}"]
        words.append(f"--seconds {self.fault_s:g}")
        if self.kinds:
            words.append(f"--faults {','.join(self.kinds)}")
        return " ".join(words)


@dataclass(slots=True)
class RoundResult:
    """What came of a round."""

    settings: RoundSettings
    history: list[Operation]
    verdict: Verdict
    events: list[str]
    fault_counts: Counter[str]
    problems: list[str] = field(default_factory=list)
    """Everything wrong that is no anomaly of the history: not healed, replicas that differ."""
    acknowledged_count: int = 0
    kept: Path | None = None

    @property
    def anomalies(self) -> list[str]:
        """Everything that is wrong."""
        return [*self.problems, *map(str, self.verdict.anomalies)]


class Round:
    """Runs one; `say` is told what happens."""

    def __init__(self, settings: RoundSettings, say: Say) -> None:
        self._settings = settings
        self._tell = say
        self._recorder = SharedRecorder()
        self._topics = Topics()
        self._events: list[str] = []
        self._problems: list[str] = []
        self._fault_counts: Counter[str] = Counter()

    def run(self, keep: Path | None = None) -> RoundResult:
        """Run and judge; a bad round leaves its history and the brokers' logs in a folder."""
        with Cluster(self._settings.engine) as cluster:
            self._say("the cluster is up")
            try:
                self._suffer_and_heal(cluster)
            except Exception as error:  # noqa: BLE001 - what it has seen so far is worth judging
                self._problems.append(f"the round ended with {error!r}")
            if not self._recorder.acknowledged_count:
                self._problems.append("nothing was acknowledged")
            result = self._judge()
            if result.anomalies and keep is not None:
                result.kept = _keep(keep, cluster, result)
        return result

    def _suffer_and_heal(self, cluster: Cluster) -> None:
        admin = cluster.admin()
        self._topics.create(admin)
        clients = Clients(cluster.bootstrap, self._recorder, self._topics, self._settings.seed)
        members = GroupMembers(cluster.bootstrap, self._recorder, self._topics, self._settings.seed)
        clients.start()
        members.start()
        try:
            self._strike(cluster, Rebirth(cluster.bootstrap, admin, self._recorder))
            self._say("healing")
            cluster.heal()
            self._note("not in sync after healing", cluster.wait_until_in_sync(IN_SYNC_PATIENCE_S))
            self._say("producers end")
            self._leave_behind(clients.stop_writing())
            members.stop_writing()
            self._say("reading to the end")
            reads = FinalReads(cluster.bootstrap, cluster.admin, self._recorder, self._topics)
            self._note("", reads.wait_for_copiers(clients.succeed_the_hung))
        finally:
            self._say("clients end")
            self._leave_behind(clients.stop())
            members.stop()
        self._note("", reads.wait_for_transactions())
        self._note("", reads.read_everything())
        reads.ask_committed()
        self._note("not in sync at the end", cluster.wait_until_in_sync(IN_SYNC_PATIENCE_S))
        assignment = {
            f"{name}-{number}": tuple(each.replicas)
            for name, topic in admin.list_topics(timeout=10).topics.items()
            for number, each in topic.partitions.items()
        }
        self._say("comparing replicas")
        cluster.stop_all()
        folders = {number: broker.data / "log" for number, broker in cluster.brokers.items()}
        comparison = compare_replicas(folders, assignment)
        self._problems += comparison.problems
        self._say(f"{comparison.batch_count} pairs of batches are the same")
        if not comparison.batch_count:
            self._problems.append("there was nothing to compare on the disks")

    def _leave_behind(self, names: list[str]) -> None:
        for name in names:
            self._say(f"the library of {name} hangs; it is left behind")

    def _strike(self, cluster: Cluster, rebirth: Rebirth) -> None:
        faults = Faults(cluster, self._topics, rebirth, self._settings.seed, self._settings.kinds)
        time.sleep(WARM_UP_S)
        until = time.monotonic() + self._settings.fault_s
        for fault in faults.draw():
            self._say(fault.text)
            self._fault_counts[fault.kind] += 1
            try:
                fault.strike()
            except RECOVERABLE as error:
                self._say(f"{fault.kind} was refused: {error}")
            calm_s = faults.calm_s()
            if time.monotonic() + calm_s > until:
                return
            time.sleep(calm_s)

    def _judge(self) -> RoundResult:
        history = self._recorder.operations()
        promises = Promises(
            has_caught_up=not self._problems,
            log_starts=dict(self._recorder.log_starts),
            transaction_timeout_s=TRANSACTION_TIMEOUT_MS / 1000,
        )
        verdict = check(history, promises)
        copies: list[Anomaly] = list(inexact_copies(history)) if not self._problems else []
        return RoundResult(
            settings=self._settings,
            history=history,
            verdict=Verdict([*verdict.anomalies, *copies], verdict.measured),
            events=self._events,
            fault_counts=self._fault_counts,
            problems=[*self._problems, *self._recorder.complaints],
            acknowledged_count=self._recorder.acknowledged_count,
        )

    def _note(self, what: str, problem: str) -> None:
        if problem:
            self._problems.append(f"{what}: {problem}" if what else problem)

    def _say(self, text: str) -> None:
        line = f"{self._recorder.now():7.2f} s  {self._recorder.acknowledged_count:6} acks  {text}"
        self._events.append(line)
        self._tell(line)


def _keep(folder: Path, cluster: Cluster, result: RoundResult) -> Path:
    settings = result.settings
    target = folder / f"{settings.engine}-{settings.seed}"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / "history.jsonl").write_text(write_history(result.history), encoding="utf-8")
    lines = [settings.command(), *result.events, *result.anomalies]
    (target / "events.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for path in cluster.folder.glob("*/*.out"):
        shutil.copy(path, target)
    for number, broker in cluster.brokers.items():
        shutil.copytree(broker.data / "log", target / f"data-{number}", dirs_exist_ok=True)
    return target
