-- 0009: deletions gain `text_kept`: written with privacy.keep_deleted, so that the view `mentions` goes on showing the
-- words. It is part of the key: of a deletion written with and without, both rows stay, and without wins whatever was
-- merged. Rows written before read false there. Cost: metadata only.
ALTER TABLE deletions ADD COLUMN IF NOT EXISTS text_kept Bool AFTER reason, MODIFY ORDER BY (mention_id, text_kept);
