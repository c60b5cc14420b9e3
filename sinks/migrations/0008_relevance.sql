-- 0008: verdicts gain `relevance_probability`: does the post hold anything that a brand could act on. Rows written
-- before read 0 there: their generation did not judge it. Cost: metadata only.
ALTER TABLE verdicts ADD COLUMN IF NOT EXISTS relevance_probability Float32 AFTER severity;
