"""Fixtures that several rooms of tests share; one broker a test process."""

from tests.services.kafka_broker import broker, kafka_jars

__all__ = ["broker", "kafka_jars"]
