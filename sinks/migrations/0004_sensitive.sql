-- 0004: verdicts gain `sensitive`, the sensitive matters of a mention, for the view of that name. Rows written before
-- read [] there: their generation did not look for them. Cost: metadata only.
ALTER TABLE verdicts ADD COLUMN IF NOT EXISTS sensitive Array(LowCardinality(String)) AFTER noise;
