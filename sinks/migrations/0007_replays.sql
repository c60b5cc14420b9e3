-- 0007: batches of replays that are written whole, by generation: where a resumed replay goes on, and which mentions
-- (the first 64 bits of their ids) came from them. Cost: a new table.
CREATE TABLE IF NOT EXISTS replays (
    generation LowCardinality(String),
    source LowCardinality(String),
    first UInt64 CODEC(Delta, ZSTD),
    records UInt32,
    mentions Array(UInt64)
) ENGINE = ReplacingMergeTree ORDER BY (generation, source, first);
