-- Question: what is said of our brands that is about danger, discrimination, crime, leaked data or self-harm?
-- One row is: a mention that names a brand, bears a sensitive matter by the active generation, and is not deleted;
--   queued, or suppressed for the reason in `suppressed_by`. A view has no order: ORDER BY published_at DESC, mention_id.
-- Cost: that of `queue`, with the ids that ever bore a matter in place of those ever queued.
CREATE OR REPLACE VIEW sensitive AS
SELECT
    mention_id,
    published_at,
    platform,
    brands,
    sensitive,
    queued,
    suppressed_by,
    language,
    intents,
    needs_intervention_probability,
    severity,
    virality_probability,
    expected_reach,
    risk,
    reasons,
    author_id,
    author_followers,
    relation,
    title,
    text,
    url,
    generation
FROM (
    SELECT mention_id, published_at, platform, author_id, author_followers, relation, title, text, url
    FROM posts FINAL
    WHERE mention_id NOT IN (SELECT mention_id FROM deleted)
        AND mention_id IN (SELECT mention_id FROM verdicts WHERE notEmpty(sensitive))
) AS p ANY INNER JOIN (
    SELECT
        mention_id,
        brands,
        sensitive,
        queued,
        suppressed_by,
        language,
        intents,
        needs_intervention_probability,
        severity,
        virality_probability,
        expected_reach,
        risk,
        reasons,
        generation
    FROM verdicts FINAL
    WHERE notEmpty(sensitive) AND notEmpty(brands) AND generation IN (SELECT name FROM active_generation)
) AS v USING mention_id;
