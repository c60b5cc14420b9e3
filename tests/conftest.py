"""Fixtures that several rooms of tests share; one broker and one Flink cluster a test process."""

from tests.services.flink_cluster import flink, flink_jars
from tests.services.kafka_broker import broker, kafka_jars

__all__ = ["broker", "flink", "flink_jars", "kafka_jars"]
