"""kafka-python's errors in our words: one place decides what is transient and what each one's mend is."""

from __future__ import annotations

import socket

from kafka import errors

from configs.settings import KafkaSource
from schemas.errors import EcholotError, TerminalError, TransientError


def translate(error: Exception, brokers: str) -> EcholotError:
    """The error as ours. `brokers` is named in the text; passwords never are."""
    if isinstance(error, errors.KafkaConnectionError):
        return TransientError(
            f"no Kafka broker answers at {brokers}: check that it runs and that host and port are right"
        )
    if isinstance(error, (errors.SaslAuthenticationFailedError, errors.UnsupportedSaslMechanismError)):
        return TerminalError(f"Kafka at {brokers} refuses the login: check username, password and sasl_mechanism")
    if isinstance(error, errors.AuthorizationError):
        kind = type(error).__name__
        return TerminalError(f"Kafka at {brokers} denies access ({kind}): grant Read on topic and group to this user")
    if isinstance(error, (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError)):
        return TerminalError(f"Kafka at {brokers} refuses a record as too large: raise the topic's max.message.bytes")
    if isinstance(error, errors.KafkaError) and getattr(error, "retriable", False):
        return TransientError(f"Kafka at {brokers}: {type(error).__name__}; it usually passes")
    return TerminalError(f"Kafka at {brokers}: {type(error).__name__}: {error}; see the broker's log")


def no_bootstrap(source: KafkaSource) -> EcholotError:
    """Why no client could be made. kafka-python 3 gives a time-out for a dead port and for a refused login alike."""
    brokers = ",".join(source.bootstrap)
    if not any(_accepts(each) for each in source.bootstrap):
        return TransientError(
            f"no Kafka broker answers at {brokers}: check that it runs and that host and port are right"
        )
    if source.security.startswith("SASL"):
        return TerminalError(
            f"Kafka at {brokers} takes connections but refuses this login: check username, password and sasl_mechanism"
        )
    return TerminalError(
        f"{brokers} accepts connections but does not speak Kafka over {source.security}: check security"
    )


def _accepts(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=3):
            return True
    except (OSError, ValueError):
        return False
