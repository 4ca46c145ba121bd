# SPDX-License-Identifier: Apache-2.0
"""What programs derive from to see, and change, what their clients send and hand out.

    class Stamp(ProducerInterceptor):
        def on_send(self, record):
            return record._replace(headers=(*record.headers, ("sent-by", "till-3")))

    Producer(interceptors=[Stamp()])

As in Kafka interceptors run in the order in which they were given, each with what the one before
returned. What one raises, or returns against the rules, is logged with its name; the others go on
with what there was before it, and the record with them. Override what you need: a method that is
not overridden is not called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ottla.client.consumer_record import ConsumerRecord
    from ottla.client.delivery import RecordMetadata
    from ottla.client.producer_record import ProducerRecord
    from ottla.client.topic_partition import TopicPartition


class ProducerInterceptor:
    """Sees every record on its way out, and what became of it."""

    def on_send(self, record: ProducerRecord) -> ProducerRecord:
        """Return the record to be sent instead, or the same one; the topic must stay.

        Runs in the thread of `send`, once for each record that there is room for.
        """
        return record

    def on_delivery(self, metadata: RecordMetadata | None, error: Exception | None) -> None:
        """Learn what became of a record: once for each that went through `on_send`.

        With an error the offset is -1, and `metadata` is None when `send` itself refused the
        record. Runs before the delivery is done, in the producer's own thread or loop, where it
        must not block; when `send` refuses, in that thread.
        """


class ConsumerInterceptor:
    """Sees records before the application does, and what is committed."""

    def on_records(self, records: Sequence[ConsumerRecord]) -> Sequence[ConsumerRecord]:
        """Return the records to be handed out instead: changed ones, or fewer.

        They are of one partition, deserialized, as they arrived together. Places (topic, partition,
        offset) and order must stay, for that is what is committed. Runs in the thread that consumes
        when the first of them is asked for.
        """
        return records

    def on_commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Learn which offsets, of the records to come next, were committed.

        Runs in the consumer's own thread or loop, where it must not block.
        """
