"""Sends the sample records to a Kafka topic, in order of time, as a feed would come.

    python -m samples.produce --bootstrap 127.0.0.1:9092 --topic posts --create 4 --rate 50

Records of a known format carry it in the header `echolot-format`. Stops after the last record and on SIGINT or SIGTERM;
with --loop everything comes again and again, which a job must take for the duplicates they are."""

from __future__ import annotations

import argparse
import itertools
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Protocol

from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError, TopicAlreadyExistsError

from samples.build import FORMATS, HERE, build
from samples.draw import read_rows

Header = tuple[str, bytes]
_CONNECT_MS = 10_000


class Wait(Protocol):
    """threading.Event.wait: true when it is time to stop."""

    def __call__(self, timeout: float) -> bool:
        """Wait for at most `timeout` seconds."""
        ...


class Monotonic(Protocol):
    """time.monotonic, or a test's clock."""

    def __call__(self) -> float:
        """Seconds."""
        ...


def feed() -> list[tuple[bytes, list[Header]]]:
    """Value and headers of every sample record, all files in one order of time."""
    made = build(read_rows(HERE / "texts.jsonl"))
    lines = [(line.at, name, n, line.data) for name in sorted(made) for n, line in enumerate(made[name])]
    return [(data, _headers(FORMATS[name])) for _at, name, _n, data in sorted(lines)]


def paced(count: int | None, rate: float, wait: Wait, now: Monotonic = time.monotonic) -> Iterator[int]:
    """0, 1, 2, ... each when it is due, `rate` a second from the start; late ones at once. None counts for ever."""
    start = now()
    for n in itertools.count() if count is None else range(count):
        ahead = start + n / rate - now()
        if wait(max(ahead, 0)):
            return
        yield n


def send(producer: KafkaProducer, topic: str, *, rate: float, loop: bool, wait: Wait) -> int:
    """Send the feed; gives back how many records the broker acknowledged. Raises KafkaError where one was refused."""
    records = feed()
    sent = []
    acknowledged = 0
    for n in paced(None if loop else len(records), rate, wait):
        value, headers = records[n % len(records)]
        sent.append(producer.send(topic, value=value, headers=headers))
        if len(sent) == 1000:  # keeps memory flat in a loop
            acknowledged += _settled(sent)
            sent = []
    producer.flush(timeout=60)
    return acknowledged + _settled(sent)


def create(bootstrap: str, topic: str, partitions: int) -> None:
    """Make the topic unless it is there."""
    with KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=_CONNECT_MS) as admin:
        try:
            options = {"num_partitions": partitions, "replication_factor": 1}
            admin.create_topics({topic: options}, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            return


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 all sent (or stopped as asked), 1 the broker or the topic is not there, 2 bad usage."""
    options = _parser().parse_args(arguments)
    stopped = threading.Event()
    before = {n: signal.signal(n, lambda *_: stopped.set()) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        return _run(options, stopped.wait)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(options: argparse.Namespace, wait: Wait) -> int:
    began = time.monotonic()
    try:
        if options.create:
            create(options.bootstrap, options.topic, options.create)
        producer = KafkaProducer(
            bootstrap_servers=options.bootstrap,
            bootstrap_timeout_ms=_CONNECT_MS,
            max_block_ms=_CONNECT_MS,
            allow_auto_create_topics=False,
            linger_ms=5,
        )
        try:
            count = send(producer, options.topic, rate=options.rate, loop=options.loop, wait=wait)
        finally:
            producer.close(timeout=10)
    except KafkaError as error:
        print(
            f"samples.produce: {options.topic} at {options.bootstrap}: {error}; "
            "check that the broker runs there and that the topic exists (--create N makes it)",
            file=sys.stderr,
        )
        return 1
    print(f"{count} records sent to {options.topic} in {time.monotonic() - began:.1f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m samples.produce", description="Send the sample records to Kafka.")
    parser.add_argument("--bootstrap", default="127.0.0.1:9092", help="host:port of a broker (default: %(default)s)")
    parser.add_argument("--topic", required=True, help="topic to send to")
    parser.add_argument("--create", type=_positive_int, metavar="N", help="make the topic with N partitions if missing")
    parser.add_argument("--rate", type=_positive, default=50.0, help="records a second (default: %(default)s)")
    parser.add_argument("--loop", action="store_true", help="begin again after the last record, for ever")
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError("must be above 0 and below 1,000,000")
    return value


def _positive_int(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _headers(format_name: str | None) -> list[Header]:
    return [("echolot-format", format_name.encode())] if format_name else []


def _settled(sent: Sequence[object]) -> int:
    for future in sent:
        future.get(timeout=60)  # type: ignore[attr-defined]
    return len(sent)


if __name__ == "__main__":
    sys.exit(main())
