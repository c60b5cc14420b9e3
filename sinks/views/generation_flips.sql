-- Question: what would another generation have said?
-- One row is: a mention that two generations judged, at the revision that each saw last; a pair stands in both orders.
--   Ask with both names: WHERE generation_a = 'live' AND generation_b = 'live2'.
-- Cost: both generations' verdicts are read and joined by mention_id, in memory for the second.
CREATE OR REPLACE VIEW generation_flips AS
SELECT
    mention_id,
    generation_a,
    generation_b,
    published_at,
    brands,
    language,
    intents_a,
    intents_b,
    needs_intervention_a,
    needs_intervention_b,
    severity_a,
    severity_b,
    queued_a,
    queued_b,
    suppressed_by_a,
    suppressed_by_b
FROM (
    SELECT
        mention_id,
        generation AS generation_a,
        published_at,
        brands,
        language,
        intents AS intents_a,
        needs_intervention AS needs_intervention_a,
        severity AS severity_a,
        queued AS queued_a,
        suppressed_by AS suppressed_by_a
    FROM verdicts FINAL
) AS a ALL INNER JOIN (
    SELECT
        mention_id,
        generation AS generation_b,
        intents AS intents_b,
        needs_intervention AS needs_intervention_b,
        severity AS severity_b,
        queued AS queued_b,
        suppressed_by AS suppressed_by_b
    FROM verdicts FINAL
) AS b USING mention_id
WHERE generation_a != generation_b;
