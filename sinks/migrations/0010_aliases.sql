-- 0010: other ids of a post by which a deletion may name it: a later version's on X, that of the server it was read from on
-- Mastodon, the account on Bluesky. `published_at` tells what an account wrote before its end from what it wrote when it came
-- back; it is part of the key, since sources disagree on it. Posts read before have no aliases until they are read again.
-- Cost: a new table.
CREATE TABLE IF NOT EXISTS aliases (
    alias_id UUID,
    mention_id UUID,
    platform LowCardinality(String),
    alias String,
    published_at DateTime64(3, 'UTC') CODEC(T64, ZSTD)
) ENGINE = ReplacingMergeTree ORDER BY (alias_id, mention_id, published_at);
