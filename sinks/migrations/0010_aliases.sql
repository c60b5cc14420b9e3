-- 0010: other ids of a post by which a deletion may name it: a later version's on X, that of the server it was read from on
-- Mastodon. Deletions that came before take effect with the next reading of their post. Cost: a new table.
CREATE TABLE IF NOT EXISTS aliases (
    alias_id UUID,
    mention_id UUID,
    platform LowCardinality(String),
    alias String
) ENGINE = ReplacingMergeTree ORDER BY (alias_id, mention_id);
