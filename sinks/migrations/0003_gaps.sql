-- 0003: what was lost to retention before the job read it. One row is one gap; the job stopped when it met it.
-- Key: place and first lost position, so that meeting the same gap again rewrites its row. Cost: a new, tiny table.
CREATE TABLE IF NOT EXISTS gaps (
    source LowCardinality(String),
    partition UInt32,
    first_position UInt64,
    last_position UInt64,
    reason LowCardinality(String)
) ENGINE = ReplacingMergeTree(last_position) ORDER BY (source, partition, first_position);
