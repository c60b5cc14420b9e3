-- 0002: accounting (dead letters, ledger, generations). The ledger has a row a record, not a batch: batches are cut
-- anew after a crash, so that sums over written ranges would count an overlap twice. Cost: new tables.
CREATE TABLE IF NOT EXISTS dead_letters (
    source LowCardinality(String),
    partition UInt32,
    position UInt64,
    item UInt32,
    reason LowCardinality(String),
    detail String,
    raw String CODEC(ZSTD(3)),
    key String,
    headers String,
    recorded_at Nullable(DateTime64(3, 'UTC'))
) ENGINE = ReplacingMergeTree ORDER BY (source, partition, position, item);

CREATE TABLE IF NOT EXISTS ledger (
    source LowCardinality(String),
    partition UInt32,
    position UInt64 CODEC(Delta, ZSTD),
    outcome LowCardinality(String),
    mentions UInt32,
    dead UInt32
) ENGINE = ReplacingMergeTree ORDER BY (source, partition, position);

CREATE TABLE IF NOT EXISTS generations (
    name String,
    fingerprint String,
    description String,
    activation UInt64
) ENGINE = ReplacingMergeTree(activation) ORDER BY name;
