-- Question: which mentions did their author or platform take away?
-- One row is: an id that a deletion names, and of an alias that of its mention, too; some come twice. Where one of a mention's
--   has `text_kept` false, its words are blank in `mentions`. Not all were ever read.
-- Cost: the keys of deletions, thrice, and of aliases, twice. ClickHouse 18.16 cannot join within ALTER TABLE ... DELETE.
CREATE OR REPLACE VIEW deleted AS
SELECT mention_id, text_kept FROM deletions
UNION ALL
SELECT mention_id, CAST(1, 'Bool') AS text_kept
FROM aliases
WHERE alias_id IN (SELECT mention_id FROM deletions WHERE text_kept)
UNION ALL
SELECT mention_id, CAST(0, 'Bool') AS text_kept
FROM aliases
WHERE alias_id IN (SELECT mention_id FROM deletions WHERE NOT text_kept);
