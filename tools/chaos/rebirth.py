# SPDX-License-Identifier: Apache-2.0
"""A topic that is deleted and created again under its name: nothing old may come back (KIP-516).

In the history each life of the topic is a topic of its own, `reborn#2-0`.
"""

import time
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from ottla.testing.simulation.history import Step
from ottla.testing.simulation.workload import Begun
from tools.chaos.clients import QUICK, assign, open_reader, poll
from tools.chaos.recording import SharedRecorder
from tools.chaos.topics import REBORN

RECORDS: Final = 10
TIMEOUT_S: Final = 20


class Rebirth:
    """Does it once at a time; an exception leaves the topic as it is for the next time."""

    def __init__(self, bootstrap: str, admin: AdminClient, recorder: SharedRecorder) -> None:
        self._settings = {"bootstrap.servers": bootstrap, **QUICK}
        self._admin = admin
        self._recorder = recorder
        self._life = 0

    def once(self) -> None:
        """Delete the topic, create it, write to it and read it."""
        self._delete()
        self._life += 1
        new = NewTopic(REBORN, 1, 3, config={"min.insync.replicas": "2"})
        self._admin.create_topics([new])[REBORN].result(TIMEOUT_S)
        label = f"{REBORN}#{self._life}"
        # Unless it is read to its end, nothing says where its records went.
        self._recorder.log_starts[f"{label}-0"] = 1 << 60
        process = self._recorder.new_process()
        self._write(process, f"{label}-0")
        self._read(label)
        del self._recorder.log_starts[f"{label}-0"]

    def _delete(self) -> None:
        try:
            self._admin.delete_topics([REBORN])[REBORN].result(TIMEOUT_S)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise
        deadline = time.monotonic() + TIMEOUT_S
        while REBORN in self._admin.list_topics(timeout=5).topics and time.monotonic() < deadline:
            time.sleep(0.05)

    def _write(self, process: int, partition: str) -> None:
        producer = Producer(self._settings | {"enable.idempotence": True, "linger.ms": 0})
        for value in self._recorder.new_values(RECORDS):
            begun = self._recorder.begin(
                process, "send", steps=(Step("send", partition, ((None, value),)),)
            )

            def delivered(
                error: KafkaError | None,
                message: Message,
                begun: Begun = begun,
                value: int = value,
            ) -> None:
                if error is None:
                    self._recorder.sent(begun, partition, message.offset(), value)

            producer.produce(REBORN, b"%d" % value, partition=0, on_delivery=delivered)
        if producer.flush(TIMEOUT_S):
            producer.purge()
            raise TimeoutError("the new topic does not take records")

    def _read(self, label: str) -> None:
        process = self._recorder.new_process()
        consumer = open_reader(self._settings)
        try:
            assign(consumer, self._recorder, process, [(REBORN, 0)], label)
            deadline = time.monotonic() + TIMEOUT_S
            while not poll(consumer, self._recorder, process, label):
                if time.monotonic() > deadline:
                    raise TimeoutError("the new topic cannot be read to its end")
        finally:
            consumer.close()
