"""kafka-python's errors in our words: one place decides what is transient and what each one's mend is."""

from __future__ import annotations

from kafka import errors

from schemas.errors import EcholotError, TerminalError, TransientError


def translate(error: Exception, brokers: str) -> EcholotError:
    """The error as ours. `brokers` is named in the text; passwords never are."""
    if isinstance(error, (errors.NoBrokersAvailable, errors.KafkaConnectionError)):
        return TransientError(
            f"no Kafka broker answers at {brokers}: check that it runs, that host and port are right, and security"
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
