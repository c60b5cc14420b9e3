"""All settings of a job: the model of `echolot.yaml`. Every field has a default that runs, but the topics."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, model_validator

from configs.base import RelativePath, Settings
from configs.dumps import DumpsSource
from configs.flink import FlinkSettings
from configs.observe import LogSettings, MetricsSettings
from configs.secret import Secret

Share = Annotated[float, Field(gt=0, le=1)]


class Topic(Settings):
    """One Kafka topic to read."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
    """The topic's name; it is also the `source` in dead letters and ledger."""
    format: str | None = None
    """Payload format of all its records; unset: the `echolot-format` header decides, else the payload's shape."""


class KafkaSource(Settings):
    """Records from Kafka topics, read as one consumer group."""

    kind: Literal["kafka"] = "kafka"
    """Says that this source is Kafka."""
    bootstrap: tuple[str, ...] = ("127.0.0.1:9092",)
    """Brokers to ask first, host:port."""
    topics: tuple[Topic, ...]
    """Topics to read."""
    group: str = "echolot"
    """Consumer group; its committed offsets say where to go on."""
    start: Literal["earliest", "latest"] = "earliest"
    """Where a partition without a committed offset starts. One that retention overtook stops the job."""
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """Kafka's security protocol."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    """How to log in when `security` begins with SASL."""
    username: str | None = None
    """Login name."""
    password: Secret | None = None
    """Login password; write ${NAME} to take it from the environment."""
    ca_file: RelativePath | None = None
    """Certificate authority for SSL; unset: the system's."""
    poll_records: Annotated[int, Field(ge=1, le=10_000)] = 2000
    """Most records of one batch."""
    refresh: timedelta = timedelta(seconds=10)
    """How often new partitions of a topic are looked for."""
    session: timedelta = timedelta(seconds=10)
    """How long a member that says nothing keeps its partitions: so long may a restart after a crash have to wait."""
    stall: timedelta = timedelta(seconds=60)
    """A partition that stands still for so long while its end grows gets a new consumer."""

    @model_validator(mode="after")
    def _login(self) -> Self:
        if self.security.startswith("SASL") and (self.username is None or self.password is None):
            raise ValueError(f"security {self.security} needs username and password; set both")
        if not self.topics:
            raise ValueError("topics is empty; name at least one topic")
        return self

    def client_options(self) -> dict[str, Any]:
        """Connection options as kafka-python's clients take them."""
        options: dict[str, Any] = {"bootstrap_servers": list(self.bootstrap), "security_protocol": self.security}
        if self.ca_file is not None:
            options["ssl_cafile"] = str(self.ca_file)
        if self.security.startswith("SASL") and self.password is not None:
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.username
            options["sasl_plain_password"] = self.password.get_secret_value()
        return options


class FilesSource(Settings):
    """Records from the files of a directory, followed as they grow."""

    kind: Literal["files"] = "files"
    """Says that this source is a directory."""
    path: RelativePath
    """The directory; files in it are read in order of name, hidden files are left alone. A file is appended to. One
    that was rotated or replaced is told by another first record, and read from its beginning. Move old ones away: by
    another name they are read again."""
    formats: dict[str, str] = Field(default_factory=dict)
    """Format by file name pattern ("twcs*.csv": twcs); others are told by the payload's shape."""
    follow: bool = True
    """Wait for more once all is read; false: end there."""
    poll_records: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Most records of one batch."""
    interval: timedelta = timedelta(milliseconds=500)
    """How often to look for new lines."""


class ChdbStoreSettings(Settings):
    """The embedded store: ClickHouse inside a process of ours, at a path."""

    kind: Literal["chdb"] = "chdb"
    """Says that the store is embedded."""
    path: RelativePath = Field(default=Path("echolot-data"), validate_default=True)
    """Folder of the tables."""


class ClickHouseStoreSettings(Settings):
    """A ClickHouse server, spoken to in its native protocol."""

    kind: Literal["clickhouse"] = "clickhouse"
    """Says that the store is a server."""
    host: str = "127.0.0.1"
    """Host name."""
    port: Annotated[int, Field(ge=1, le=65535)] = 9000
    """Native port (9440 with TLS), not the HTTP port."""
    user: str = "default"
    """Login name."""
    password: Secret = SecretStr("")
    """Login password; write ${NAME} to take it from the environment."""
    database: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = "echolot"
    """Database; made when missing."""
    secure: bool = False
    """Use TLS."""
    retry: timedelta = timedelta(minutes=10)
    """How long a write is tried again before the job stops."""


class DeadLetterSettings(Settings):
    """Where invalid records go besides the table `dead_letters`."""

    topic: str | None = None
    """A Kafka topic for them, on the brokers of the source; raw bytes as value, reason and place in headers."""


class BreakerSettings(Settings):
    """When a flood of invalid records stops the job: then the deploy is wrong, not the records."""

    window: Annotated[int, Field(ge=10)] = 1000
    """How many of the last records the share is taken over."""
    share: Share = 0.5
    """Dead share of a full window that trips the breaker."""
    run: Annotated[int, Field(ge=1)] = 200
    """Dead records in a row that trip it."""


class JudgeSettings(Settings):
    """What a verdict is made from."""

    brands: RelativePath | None = None
    """File of brands; unset: the shipped example brands."""
    taxonomy: RelativePath | None = None
    """File of intents; unset: the shipped six."""
    model: RelativePath | None = None
    """Folder of the trained intents model; unset: the shipped one."""
    sentiment_model: RelativePath | None = None
    """Folder of the trained sentiment model; unset: the shipped one."""
    thresholds: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    """Probability from which an intent, needs_intervention, severity_2, severity_3 or severity_4 (so severe or more)
    is said; unset ones are the model's own. See `echolot thresholds`."""
    generation: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = "live"
    """Name under which verdicts are kept; give a new one when models, brands or thresholds change."""


class PrivacySettings(Settings):
    """What is kept of authors, and of what they deleted."""

    pseudonym_key: Secret = SecretStr("")
    """Key of the author pseudonyms; same key, same pseudonym. Without one, lists of accounts undo them."""
    keep_handles: bool = False
    """Keep account names in `author_handle`; off, only the pseudonym stays."""
    keep_deleted: bool = False
    """Show deleted posts with their words in `mentions`, and store a post that comes only with the news of its
    deletion; off, the words are blank there, and such a post is not stored."""


class JobSettings(Settings):
    """The file `echolot.yaml`."""

    source: Annotated[KafkaSource | FilesSource | DumpsSource, Field(discriminator="kind")]
    """Where records come from."""
    mappings: RelativePath | None = None
    """Folder of mapping files, formats of your own (docs/mapping.md)."""
    store: Annotated[ChdbStoreSettings | ClickHouseStoreSettings, Field(discriminator="kind")] = ChdbStoreSettings()
    """Where rows go."""
    engine: Literal["local", "flink"] = "local"
    """What runs the job: this process, or a Flink cluster; `--engine` decides in its place."""
    flink: FlinkSettings = FlinkSettings()
    """The Flink cluster, where the engine is flink."""
    judge: JudgeSettings = JudgeSettings()
    """What a verdict is made from."""
    dead_letters: DeadLetterSettings = DeadLetterSettings()
    """Where invalid records go."""
    breaker: BreakerSettings = BreakerSettings()
    """When invalid records stop the job."""
    privacy: PrivacySettings = PrivacySettings()
    """What is kept of authors, and of what they deleted."""
    metrics: MetricsSettings = MetricsSettings()
    """The Prometheus endpoint."""
    logs: LogSettings = LogSettings()
    """What is logged, and how."""
    max_record_bytes: Annotated[int, Field(ge=1024)] = 1024 * 1024
    """A larger record is not decoded but goes to the dead letters whole."""

    @property
    def job_name(self) -> str:
        """The job's name on a cluster: one a consumer group, or a generation that is replayed into, so that two jobs of
        one are noticed."""
        if self.source.kind == "dumps":
            return f"echolot-replay-{self.judge.generation}"
        return f"echolot-{self.source.group}" if self.source.kind == "kafka" else "echolot"

    @model_validator(mode="after")
    def _topic_needs_kafka(self) -> Self:
        if self.dead_letters.topic and self.source.kind != "kafka":
            raise ValueError("dead_letters.topic needs a source of kind kafka; remove it or read from Kafka")
        if self.source.kind == "kafka" and self.dead_letters.topic in {t.name for t in self.source.topics}:
            raise ValueError("dead_letters.topic is one of the topics read, which would loop; name another")
        return self
