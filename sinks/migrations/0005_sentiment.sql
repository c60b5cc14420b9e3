-- 0005: verdicts gain `sentiment` and its probabilities (negative, neutral, positive). Rows written before read '' and []
-- there: their generation did not judge it. Cost: metadata only.
ALTER TABLE verdicts ADD COLUMN IF NOT EXISTS sentiment LowCardinality(String) AFTER severity;
ALTER TABLE verdicts ADD COLUMN IF NOT EXISTS sentiment_probabilities Array(Float32) AFTER sentiment;
