# SPDX-License-Identifier: Apache-2.0
"""What is done once everything is healed: finish transactions, and read all there is."""

import time
from collections.abc import Callable
from typing import Final

from confluent_kafka import Consumer, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from tools.chaos.clients import COPIERS, QUICK, assign, open_reader, poll
from tools.chaos.group_members import GROUP
from tools.chaos.recording import SharedRecorder
from tools.chaos.topics import INPUT, MOVING, PLAIN, Topics

PATIENCE_S: Final = 60
COPIERS_PATIENCE_S: Final = 120  # some may hang in their library first
ASK_TIMEOUT_S: Final = 10


class FinalReads:
    """Works on a cluster whose producers have ended; each method returns what went wrong."""

    def __init__(
        self,
        bootstrap: str,
        admin: Callable[[], AdminClient],
        recorder: SharedRecorder,
        topics: Topics,
    ) -> None:
        self._settings = {"bootstrap.servers": bootstrap, **QUICK}
        self._admin = admin
        self._recorder = recorder
        self._topics = topics

    def wait_for_copiers(self, meanwhile: Callable[[], None]) -> str:
        """Wait until the copiers' group has committed the end of its input."""
        with _group(self._settings, COPIERS) as consumer:
            deadline = time.monotonic() + COPIERS_PATIENCE_S
            names = [TopicPartition(*name) for name in self._topics.partitions(INPUT)]
            missing = "nobody answers"
            while time.monotonic() < deadline:
                meanwhile()
                try:
                    ends = self.ends(INPUT)
                    committed = consumer.committed(names, timeout=ASK_TIMEOUT_S)
                except KafkaException as error:
                    missing = str(error)
                    continue
                behind = [
                    f"{each.topic}-{each.partition} at {each.offset} of {end}"
                    for each in committed
                    if max(each.offset, 0) < (end := ends[each.topic, each.partition][0])
                ]
                if not behind:
                    return ""
                missing = ", ".join(behind)
                time.sleep(0.3)
        return f"copiers do not reach the end of their input: {missing}"

    def wait_for_transactions(self) -> str:
        """Wait until nothing is undecided: the last stable offset is the high watermark."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                ends = self.ends()
                hanging = [f"{name}: {at}" for name, at in ends.items() if at[0] < at[1]]
            except KafkaException as error:
                hanging = [str(error)]
            if not hanging:
                return ""
            if time.monotonic() > deadline:
                return f"transactions hang: {hanging}"
            time.sleep(0.3)

    def ends(self, *names: str) -> dict[tuple[str, int], tuple[int, int]]:
        """Ask for last stable offsets and high watermarks, and write them down."""
        process = self._recorder.new_process()
        begun = self._recorder.begin(process, "ends")
        partitions = self._topics.partitions(*names)
        try:
            stable = self._latest(partitions, IsolationLevel.READ_COMMITTED)
            high = self._latest(partitions, IsolationLevel.READ_UNCOMMITTED)
        except KafkaException as error:
            begun.end("info", note=str(error))
            raise
        ends = {name: (stable[name], high[name]) for name in partitions}
        begun.end("ok", ends={f"{name}-{number}": at for (name, number), at in ends.items()})
        return ends

    def _latest(
        self, partitions: list[tuple[str, int]], isolation: IsolationLevel
    ) -> dict[tuple[str, int], int]:
        # Another client for each question: this library's admin clients keep to the leader epochs
        # that they have once learned.
        admin = self._admin()
        futures = admin.list_offsets(
            {TopicPartition(*name): OffsetSpec.latest() for name in partitions},
            isolation_level=isolation,
            request_timeout=ASK_TIMEOUT_S,
        )
        return {
            (name.topic, name.partition): future.result(2 * ASK_TIMEOUT_S).offset
            for name, future in futures.items()
        }

    def read_everything(self) -> str:
        """Read all partitions from their beginning to their end."""
        process = self._recorder.new_process()
        partitions = self._topics.partitions()
        consumer = open_reader(self._settings)
        try:
            assign(consumer, self._recorder, process, partitions)
            missing = set(partitions)
            deadline = time.monotonic() + 2 * PATIENCE_S
            while missing and time.monotonic() < deadline:
                missing -= poll(consumer, self._recorder, process)
        finally:
            consumer.close()
        return f"the ends of {sorted(missing)} are not reached" if missing else ""

    def ask_committed(self) -> None:
        """Write down what the readers' group has committed in the end."""
        partitions = self._topics.partitions(PLAIN, MOVING)
        begun = self._recorder.begin(self._recorder.new_process(), "committed", group=GROUP)
        with _group(self._settings, GROUP) as consumer:
            answer = consumer.committed(
                [TopicPartition(*name) for name in partitions], timeout=PATIENCE_S
            )
        offsets = {f"{each.topic}-{each.partition}": max(each.offset, -1) for each in answer}
        begun.end("ok", offsets=offsets)


class _group:  # noqa: N801 - a context, as contextlib's are
    """A consumer that asks for a group's offsets and is no member of it."""

    def __init__(self, settings: dict[str, object], group: str) -> None:
        self._consumer = Consumer(settings | {"group.id": group, "enable.auto.commit": False})

    def __enter__(self) -> Consumer:
        return self._consumer

    def __exit__(self, *_: object) -> None:
        self._consumer.close()
