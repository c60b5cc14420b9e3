-- 0001: the facts of a mention (posts, verdicts, engagements, shares, deletions).
-- Keys are identity only: sources disagree on the time of the same post. Cost: new tables.
CREATE TABLE IF NOT EXISTS posts (
    mention_id UUID,
    revision UInt64 CODEC(T64, ZSTD),
    platform LowCardinality(String),
    native_id String,
    text String CODEC(ZSTD(3)),
    title String CODEC(ZSTD(3)),
    author_id String CODEC(ZSTD),
    author_handle String,
    author_followers Nullable(UInt64),
    author_verified Bool,
    published_at DateTime64(3, 'UTC') CODEC(T64, ZSTD),
    claimed_at Nullable(DateTime64(3, 'UTC')),
    edited_at Nullable(DateTime64(3, 'UTC')),
    declared_language LowCardinality(String),
    relation LowCardinality(String),
    parent_id String,
    root_id String,
    parent_author String,
    url String CODEC(ZSTD(3)),
    rating Nullable(Float32),
    extra String CODEC(ZSTD(3))
) ENGINE = ReplacingMergeTree(revision) ORDER BY mention_id;

CREATE TABLE IF NOT EXISTS verdicts (
    generation LowCardinality(String),
    mention_id UUID,
    revision UInt64 CODEC(T64, ZSTD),
    platform LowCardinality(String),
    brands Array(LowCardinality(String)),
    language LowCardinality(String),
    published_at DateTime64(3, 'UTC') CODEC(T64, ZSTD),
    author_id String CODEC(ZSTD),
    author_followers Nullable(UInt64),
    author_is_brand Bool,
    relation LowCardinality(String),
    intents Array(LowCardinality(String)),
    intent_names Array(LowCardinality(String)),
    intent_probabilities Array(Float32),
    needs_intervention Bool,
    needs_intervention_probability Float32,
    severity UInt8,
    noise Array(LowCardinality(String)),
    fingerprint UInt64,
    virality_probability Float32,
    expected_reach Float32,
    risk Float32,
    queued Bool,
    suppressed_by LowCardinality(String),
    reasons Array(String)
) ENGINE = ReplacingMergeTree(revision) ORDER BY (generation, mention_id);

CREATE TABLE IF NOT EXISTS engagements (
    mention_id UUID,
    observed_at DateTime64(3, 'UTC') CODEC(T64, ZSTD),
    version UInt64,
    likes Nullable(UInt64),
    replies Nullable(UInt64),
    reposts Nullable(UInt64),
    quotes Nullable(UInt64),
    views Nullable(UInt64)
) ENGINE = ReplacingMergeTree(version) ORDER BY (mention_id, observed_at);

CREATE TABLE IF NOT EXISTS shares (
    root_id UUID,
    share_id UUID,
    version UInt64,
    shared_at DateTime64(3, 'UTC') CODEC(T64, ZSTD),
    author_id String CODEC(ZSTD),
    author_followers Nullable(UInt64)
) ENGINE = ReplacingMergeTree(version) ORDER BY (root_id, share_id);

CREATE TABLE IF NOT EXISTS deletions (
    mention_id UUID,
    version UInt64,
    platform LowCardinality(String),
    native_id String,
    deleted_at Nullable(DateTime64(3, 'UTC')),
    reason LowCardinality(String)
) ENGINE = ReplacingMergeTree(version) ORDER BY mention_id;
