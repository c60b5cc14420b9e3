-- Question: what should people answer?
-- One row is: a mention that the active generation queued and that is not deleted. A view has no order: ORDER BY
--   severity DESC, needs_intervention_probability DESC, published_at, mention_id.
-- Cost: FINAL over posts and verdicts; posts are narrowed to ids that were ever queued before the join, which made
--   counts and key columns four times faster than reading `mentions` (1,000,000 mentions, 2 % queued).
--   By whatever generation, so that the active one is asked for once: no answer mixes two.
CREATE OR REPLACE VIEW queue AS
SELECT
    mention_id,
    published_at,
    platform,
    brands,
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
        AND mention_id IN (SELECT mention_id FROM verdicts WHERE queued)
) AS p ANY INNER JOIN (
    SELECT
        mention_id,
        brands,
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
    WHERE queued AND generation IN (SELECT name FROM active_generation)
) AS v USING mention_id;
