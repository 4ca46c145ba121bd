# SPDX-License-Identifier: Apache-2.0
"""Administration by other people's clients: topics, settings, deletions, offsets, descriptions."""

from __future__ import annotations

import time

import pytest
from tests.integration.foreign_clients import (
    FOREIGN_WARNINGS,
    JAVA_OPTIONS,
    WRITERS,
    Record,
    confluent_consumer,
    read_confluent,
)
from tools.broker_process import BrokerProcess
from tools.kafka.java_tool import run_tool

pytestmark = FOREIGN_WARNINGS

BASE_MS = 1_760_000_000_000


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """Return one broker for the whole module."""
    process = BrokerProcess(tmp_path_factory.mktemp("admin")).start()
    yield process
    assert process.stop() == 0
    assert "Traceback" not in "".join(process.output)


@pytest.fixture(scope="module")
def confluent(broker):
    """Return confluent-kafka's admin client."""
    from confluent_kafka.admin import AdminClient

    return AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 3})


@pytest.fixture(scope="module")
def kafka_python(broker):
    """Return kafka-python's admin client."""
    from kafka import KafkaAdminClient

    client = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    yield client
    client.close()


def done(futures):
    """Wait for all of a confluent-kafka admin call and return its values by key."""
    return {key: future.result(10) for key, future in futures.items()}


def code_of(futures) -> str:
    """Return the name of the error that the one future ends with."""
    from confluent_kafka import KafkaException

    (future,) = futures.values()
    with pytest.raises(KafkaException) as raised:
        future.result(10)
    return raised.value.args[0].name()


class TestConfluentKafka:
    """librdkafka's admin client."""

    def test_topics_are_created_listed_described_and_deleted(self, confluent):
        """The life of a topic, and of another with the same name."""
        from confluent_kafka import TopicCollection
        from confluent_kafka.admin import NewTopic

        done(confluent.create_topics([NewTopic("c-life", 3, 1)]))
        listed = confluent.list_topics(timeout=10).topics
        assert len(listed["c-life"].partitions) == 3
        described = done(confluent.describe_topics(TopicCollection(["c-life"])))["c-life"]
        assert [one.id for one in described.partitions] == [0, 1, 2]
        assert all(one.leader.id == 1 for one in described.partitions)
        first_id = str(described.topic_id)
        done(confluent.delete_topics(["c-life"]))
        assert "c-life" not in confluent.list_topics(timeout=10).topics
        done(confluent.create_topics([NewTopic("c-life", 1, 1)]))
        described = done(confluent.describe_topics(TopicCollection(["c-life"])))["c-life"]
        assert str(described.topic_id) != first_id

    @pytest.mark.parametrize(
        ("name", "partitions", "replicas", "config", "code"),
        [
            ("c-exists", 1, 1, {}, "TOPIC_ALREADY_EXISTS"),
            ("a/b", 1, 1, {}, "TOPIC_EXCEPTION"),
            ("c-new", 0, 1, {}, "INVALID_PARTITIONS"),
            ("c-new", 1, 2, {}, "INVALID_REPLICATION_FACTOR"),
            ("c-new", 1, 1, {"retention.ms": "soon"}, "INVALID_CONFIG"),
            ("c-new", 1, 1, {"no.such.key": "1"}, "INVALID_CONFIG"),
        ],
    )
    def test_refusals_of_create_topics(self, confluent, name, partitions, replicas, config, code):
        """Each mistake has its own code, and nothing is created."""
        from confluent_kafka.admin import NewTopic

        if name == "c-exists":
            done(confluent.create_topics([NewTopic(name, 1, 1)]))
        topic = NewTopic(name, partitions, replicas, config=config)
        assert code_of(confluent.create_topics([topic])) == code
        assert "c-new" not in confluent.list_topics(timeout=10).topics

    def test_validate_only_creates_nothing(self, confluent):
        """A dry run succeeds and leaves no topic."""
        from confluent_kafka.admin import NewTopic

        done(confluent.create_topics([NewTopic("c-dry", 1, 1)], validate_only=True))
        assert "c-dry" not in confluent.list_topics(timeout=10).topics

    def test_settings_are_altered_one_by_one(self, confluent):
        """IncrementalAlterConfigs: set, append, subtract and delete, with their sources."""
        from confluent_kafka.admin import (
            AlterConfigOpType,
            ConfigEntry,
            ConfigResource,
            ConfigSource,
            NewTopic,
            ResourceType,
        )

        done(confluent.create_topics([NewTopic("c-conf", 1, 1, config={"retention.ms": "1000"})]))

        def alter(name: str, value: str | None, operation) -> None:
            entry = ConfigEntry(name, value, incremental_operation=operation)
            resource = ConfigResource(ResourceType.TOPIC, "c-conf", incremental_configs=[entry])
            done(confluent.incremental_alter_configs([resource]))

        def value(name: str):
            resource = ConfigResource(ResourceType.TOPIC, "c-conf")
            return done(confluent.describe_configs([resource]))[resource][name]

        assert value("retention.ms").value == "1000"
        assert value("retention.ms").source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value
        assert value("segment.bytes").source == ConfigSource.DEFAULT_CONFIG.value
        alter("retention.ms", "2000", AlterConfigOpType.SET)
        assert value("retention.ms").value == "2000"
        alter("cleanup.policy", "compact", AlterConfigOpType.APPEND)
        assert value("cleanup.policy").value == "delete,compact"
        alter("cleanup.policy", "delete", AlterConfigOpType.SUBTRACT)
        assert value("cleanup.policy").value == "compact"
        alter("retention.ms", None, AlterConfigOpType.DELETE)
        assert value("retention.ms").value == "604800000"

    def test_a_broker_setting_changes_while_it_runs(self, confluent):
        """The dynamic default of all topics, and a read-only key that is refused."""
        from confluent_kafka.admin import (
            AlterConfigOpType,
            ConfigEntry,
            ConfigResource,
            ResourceType,
        )

        def alter(name: str, value: str | None):
            operation = AlterConfigOpType.SET if value else AlterConfigOpType.DELETE
            entry = ConfigEntry(name, value, incremental_operation=operation)
            resource = ConfigResource(ResourceType.BROKER, "1", incremental_configs=[entry])
            return confluent.incremental_alter_configs([resource])

        done(alter("message.max.bytes", "2000000"))
        resource = ConfigResource(ResourceType.BROKER, "1")
        configs = done(confluent.describe_configs([resource]))[resource]
        assert configs["message.max.bytes"].value == "2000000"
        assert configs["node.id"].is_read_only
        done(alter("message.max.bytes", None))
        configs = done(confluent.describe_configs([resource]))[resource]
        assert configs["message.max.bytes"].value == "1048588"
        assert code_of(alter("node.id", "7")) in ("INVALID_REQUEST", "INVALID_CONFIG")

    def test_partitions_are_added_and_never_taken(self, confluent):
        """CreatePartitions grows a topic; fewer or as many are refused."""
        from confluent_kafka.admin import NewPartitions, NewTopic

        done(confluent.create_topics([NewTopic("c-grow", 1, 1)]))
        done(confluent.create_partitions([NewPartitions("c-grow", 4)]))
        assert len(confluent.list_topics("c-grow", timeout=10).topics["c-grow"].partitions) == 4
        assert code_of(confluent.create_partitions([NewPartitions("c-grow", 4)])) == (
            "INVALID_PARTITIONS"
        )
        assert code_of(confluent.create_partitions([NewPartitions("c-grow", 2)])) == (
            "INVALID_PARTITIONS"
        )

    def test_records_are_deleted(self, broker, confluent):
        """DeleteRecords moves the start, and readers begin there."""
        from confluent_kafka import TopicPartition

        records = [Record(0, None, b"%d" % at) for at in range(10)]
        WRITERS["confluent-kafka"](broker.bootstrap, "c-delete", records, "none")
        (result,) = done(confluent.delete_records([TopicPartition("c-delete", 0, 6)])).values()
        assert result.low_watermark == 6
        consumer = confluent_consumer(broker.bootstrap, auto_offset_reset="earliest")
        assert consumer.get_watermark_offsets(TopicPartition("c-delete", 0), 10) == (6, 10)
        consumer.assign([TopicPartition("c-delete", 0, 0)])  # gone: the policy says earliest
        values: list[bytes] = []
        deadline = time.monotonic() + 10
        while len(values) < 4 and time.monotonic() < deadline:
            values += [message.value() for message in consumer.consume(10, 0.5)]
        consumer.close()
        assert values == [b"6", b"7", b"8", b"9"]
        beyond = confluent.delete_records([TopicPartition("c-delete", 0, 11)])
        assert code_of(beyond) == "OFFSET_OUT_OF_RANGE"

    def test_offsets_are_listed_by_time(self, broker, confluent):
        """Earliest, latest, the largest timestamp and a moment in between."""
        from confluent_kafka import TopicPartition
        from confluent_kafka.admin import OffsetSpec

        records = [Record(0, None, b"v", (), BASE_MS + at * 1000) for at in (0, 1, 5, 2, 3)]
        WRITERS["confluent-kafka"](broker.bootstrap, "c-times", records, "none")
        partition = TopicPartition("c-times", 0)

        def offset(spec) -> int:
            return done(confluent.list_offsets({partition: spec}))[partition].offset

        assert offset(OffsetSpec.earliest()) == 0
        assert offset(OffsetSpec.latest()) == 5
        assert offset(OffsetSpec.max_timestamp()) == 2
        assert offset(OffsetSpec.for_timestamp(BASE_MS + 500)) == 1
        assert offset(OffsetSpec.for_timestamp(BASE_MS + 4000)) == 2
        assert offset(OffsetSpec.for_timestamp(BASE_MS + 9000)) == -1

    def test_the_cluster_describes_itself(self, broker, confluent):
        """One broker at the address that we connected to, which is its own controller."""
        cluster = confluent.describe_cluster().result(10)
        assert cluster.cluster_id
        assert cluster.controller.id == 1
        assert [(node.host, node.port) for node in cluster.nodes] == [(broker.host, broker.port)]


class TestKafkaPython:
    """kafka-python's admin client, which speaks the newest versions."""

    def test_topics_are_created_listed_described_and_deleted(self, kafka_python):
        """The life of a topic."""
        from kafka.admin import NewTopic
        from kafka.errors import TopicAlreadyExistsError

        kafka_python.create_topics([NewTopic("k-life", 2, 1)])
        with pytest.raises(TopicAlreadyExistsError):
            kafka_python.create_topics([NewTopic("k-life", 2, 1)])
        assert "k-life" in kafka_python.list_topics()
        (described,) = kafka_python.describe_topics(["k-life"])
        assert [one["leader_id"] for one in described["partitions"]] == [1, 1]
        (paged,) = kafka_python.describe_topic_partitions(["k-life"])["topics"]
        assert [one["isr_nodes"] for one in paged["partitions"]] == [[1], [1]]
        kafka_python.delete_topics(["k-life"])
        assert "k-life" not in kafka_python.list_topics()

    def test_settings(self, kafka_python):
        """Set, shown as modified, and reset."""
        from kafka.admin import ConfigResource, ConfigResourceType, NewTopic

        kafka_python.create_topics([NewTopic("k-conf", 1, 1)])
        resource = ConfigResource(ConfigResourceType.TOPIC, "k-conf")

        def modified() -> dict:
            return kafka_python.describe_configs([resource])["topic"]["k-conf"]

        assert modified() == {}
        changes = ConfigResource(ConfigResourceType.TOPIC, "k-conf", {"retention.ms": "5000"})
        kafka_python.alter_configs([changes])
        assert set(modified()) == {"retention.ms"}
        kafka_python.reset_configs([changes])
        assert modified() == {}
        everything = kafka_python.describe_configs([resource], config_filter="all")
        assert len(everything["topic"]["k-conf"]) > 25

    def test_partitions_records_and_offsets(self, broker, kafka_python):
        """CreatePartitions, DeleteRecords and ListOffsets."""
        from kafka.admin import NewTopic, OffsetSpec

        from kafka import TopicPartition

        kafka_python.create_topics([NewTopic("k-data", 1, 1)])
        kafka_python.create_partitions({"k-data": 3})
        records = [Record(2, None, b"v", (), BASE_MS + at) for at in range(10)]
        WRITERS["kafka-python"](broker.bootstrap, "k-data", records, "none")
        partition = TopicPartition("k-data", 2)
        deleted = kafka_python.delete_records({partition: 4})
        assert deleted[partition]["low_watermark"] == 4

        def offset(spec) -> int:
            return kafka_python.list_partition_offsets({partition: spec})[partition].offset

        assert offset(OffsetSpec.EARLIEST) == 4
        assert offset(OffsetSpec.LATEST) == 10
        assert offset(BASE_MS + 7) == 7
        (producers,) = kafka_python.describe_producers([partition]).values()
        assert [one.last_sequence for one in producers.active_producers] == [9]

    def test_descriptions(self, broker, kafka_python):
        """Cluster, log directories, features, config resources and quiet reassignments."""
        from kafka.admin import NewTopic

        kafka_python.create_topics([NewTopic("k-desc", 2, 1)])
        cluster = kafka_python.describe_cluster()
        assert cluster["controller_id"] == 1
        assert [one["port"] for one in cluster["brokers"]] == [broker.port]
        ((directory,),) = [one["log_dirs"] for one in kafka_python.describe_log_dirs()]
        assert directory["log_dir"] == str(broker.data_dir)
        assert directory["total_bytes"] > directory["usable_bytes"] > 0
        sizes = {topic["name"]: len(topic["partitions"]) for topic in directory["topics"]}
        assert sizes["k-desc"] == 2
        assert "k-desc" in kafka_python.list_config_resources()["topic"]
        assert kafka_python.list_partition_reassignments() == {}
        assert "metadata.version" in kafka_python.describe_features()


def java(broker: BrokerProcess, name: str, *arguments: str) -> str:
    """Run one of Kafka's tools against the broker."""
    return run_tool(
        name, "--bootstrap-server", broker.bootstrap, *arguments, java_options=JAVA_OPTIONS
    ).stdout


def test_kafkas_own_tools(broker):
    """kafka-topics, kafka-configs, kafka-get-offsets and kafka-delete-records do their work."""
    java(broker, "TopicCommand", "--create", "--topic", "j", "--partitions", "2")
    assert "PartitionCount: 2" in java(broker, "TopicCommand", "--describe", "--topic", "j")
    java(
        broker,
        "ConfigCommand",
        *("--alter", "--topic", "j", "--add-config", "retention.ms=777000"),
    )
    assert "retention.ms=777000" in java(broker, "ConfigCommand", "--describe", "--topic", "j")
    records = [Record(at % 2, None, b"v") for at in range(7)]
    WRITERS["aiokafka"](broker.bootstrap, "j", records, "none")
    assert java(broker, "GetOffsetShell", "--topic", "j").split() == ["j:0:4", "j:1:3"]
    assert [one.value for one in read_confluent(broker.bootstrap, "j", 2, 7)] == [b"v"] * 7
