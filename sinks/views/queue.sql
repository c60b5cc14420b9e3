-- Question: what should people answer?
-- One row is: a mention that the active generation queued and that is not deleted. A view has no order: ORDER BY
--   severity DESC, needs_intervention_probability DESC, published_at, mention_id.
-- Cost: that of `mentions` with the columns named.
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
FROM mentions
WHERE queued AND NOT is_deleted;
