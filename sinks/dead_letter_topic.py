"""Dead letters to a Kafka topic: raw bytes as value, reason and place in headers.

At least once: after a crash a dead letter may stand twice in the topic (the table holds it once); consumers that mind
take the headers `echolot-source`, `echolot-partition` and `echolot-position` as its place."""

from __future__ import annotations

from collections.abc import Iterable

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from configs.settings import KafkaSource
from schemas.record import Dead, Record
from sinks.kafka_errors import no_bootstrap, translate

_FLUSH_SECONDS = 60.0  # twice the producer's request time-out


class DeadLetterTopic:
    """One producer; used by one thread."""

    def __init__(self, source: KafkaSource, topic: str) -> None:
        self._topic = topic
        self._brokers = ",".join(source.bootstrap)
        try:
            self._producer = KafkaProducer(acks="all", enable_idempotence=True, **source.client_options())
        except KafkaTimeoutError as error:
            raise no_bootstrap(source) from error
        except KafkaError as error:
            raise translate(error, self._brokers) from error

    def send(self, dead: Iterable[tuple[Record, Dead]]) -> None:
        """Send and wait for all acknowledgements. Raises TransientError or TerminalError; then nothing is promised."""
        try:
            futures = [
                self._producer.send(self._topic, value=item.raw, key=record.key, headers=_headers(record, item))
                for record, item in dead
            ]
            for future in futures:
                future.get(timeout=_FLUSH_SECONDS)
        except KafkaError as error:
            raise translate(error, self._brokers) from error

    def close(self) -> None:
        """Flush and let go."""
        self._producer.close()


def _headers(record: Record, item: Dead) -> list[tuple[str, bytes]]:
    return [
        ("echolot-reason", item.reason.value.encode()),
        ("echolot-detail", item.detail.encode()),
        ("echolot-source", record.source.encode()),
        ("echolot-partition", str(record.partition).encode()),
        ("echolot-position", str(record.position).encode()),
    ]
