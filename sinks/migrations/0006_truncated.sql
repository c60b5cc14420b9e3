-- 0006: posts gain `truncated`: the source cut the text. Rows written before read false there. Cost: metadata only.
ALTER TABLE posts ADD COLUMN IF NOT EXISTS truncated Bool AFTER text;
