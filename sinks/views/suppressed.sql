-- Question: what was kept from the queue, and why?
-- One row is: a mention that the active generation judged and did not queue. Text of deleted ones as in `mentions`.
-- Cost: that of `mentions` with the columns named.
CREATE OR REPLACE VIEW suppressed AS
SELECT
    mention_id,
    published_at,
    platform,
    brands,
    language,
    suppressed_by,
    intents,
    needs_intervention_probability,
    severity,
    noise,
    reasons,
    relation,
    title,
    text,
    url,
    is_deleted,
    generation
FROM mentions
WHERE generation != '' AND NOT queued;
