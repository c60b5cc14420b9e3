-- Question: what would another generation have said?
-- One row is: a mention that two generations judged, at the revision that each saw last; a pair stands in both orders.
--   `changed` is 1 where they differ in anything between queued and sentiment; those are the flips. Time and language are
--   those that A saw. Ask with both names: WHERE generation_a = 'live' AND generation_b = 'live2' AND changed.
-- Cost: both generations' verdicts are read and joined by mention_id, in memory for the second.
CREATE OR REPLACE VIEW generation_flips AS
SELECT
    mention_id,
    generation_a,
    generation_b,
    published_at,
    language,
    queued_a != queued_b
        OR suppressed_by_a != suppressed_by_b
        OR needs_intervention_a != needs_intervention_b
        OR severity_a != severity_b
        OR arraySort(intents_a) != arraySort(intents_b)
        OR arraySort(brands_a) != arraySort(brands_b)
        OR arraySort(noise_a) != arraySort(noise_b)
        OR arraySort(sensitive_a) != arraySort(sensitive_b)
        OR sentiment_a != sentiment_b AS changed,
    queued_a,
    queued_b,
    suppressed_by_a,
    suppressed_by_b,
    needs_intervention_a,
    needs_intervention_b,
    severity_a,
    severity_b,
    intents_a,
    intents_b,
    brands_a,
    brands_b,
    noise_a,
    noise_b,
    sensitive_a,
    sensitive_b,
    sentiment_a,
    sentiment_b
FROM (
    SELECT
        mention_id,
        generation AS generation_a,
        published_at,
        language,
        queued AS queued_a,
        suppressed_by AS suppressed_by_a,
        needs_intervention AS needs_intervention_a,
        severity AS severity_a,
        intents AS intents_a,
        brands AS brands_a,
        noise AS noise_a,
        sensitive AS sensitive_a,
        sentiment AS sentiment_a
    FROM verdicts FINAL
) AS a ALL INNER JOIN (
    SELECT
        mention_id,
        generation AS generation_b,
        queued AS queued_b,
        suppressed_by AS suppressed_by_b,
        needs_intervention AS needs_intervention_b,
        severity AS severity_b,
        intents AS intents_b,
        brands AS brands_b,
        noise AS noise_b,
        sensitive AS sensitive_b,
        sentiment AS sentiment_b
    FROM verdicts FINAL
) AS b USING mention_id
WHERE generation_a != generation_b;
