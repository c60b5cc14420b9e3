-- Question: which mentions did their author or platform take away?
-- One row is: an id that a deletion names, and of an alias that of its mention, too; some come twice. The end of an account
--   takes what was published until then, by clocks that may run five minutes ahead (schemas/formats/bluesky.py). Where one of a
--   mention's has `text_kept` false, its words are blank in `mentions`. Not all were ever read.
-- Cost: the keys of deletions, twice, and of aliases.
CREATE OR REPLACE VIEW deleted AS
SELECT mention_id, text_kept FROM deletions
UNION ALL
SELECT mention_id, text_kept
FROM (SELECT alias_id, mention_id, published_at FROM aliases) AS a
ALL INNER JOIN (SELECT mention_id AS alias_id, text_kept, deleted_at, reason FROM deletions) AS d USING alias_id
WHERE reason != 'account_deleted' OR isNull(deleted_at) OR published_at <= deleted_at + INTERVAL 5 MINUTE;
