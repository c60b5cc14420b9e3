-- Question: what is said about us?
-- One row is: a mention (platform, native id) with its latest revision and the verdict of the active generation.
--   `generation` is '' where that generation has not judged it (yet). Where a deletion stands, `is_deleted` is 1 and
--   text, title, author_handle and extra are blank.
-- Cost: FINAL over posts and verdicts and a join by mention_id; name only the columns you need.
--   The tables have no partitions, so do_not_merge_across_partitions_select_final changes nothing.
CREATE OR REPLACE VIEW mentions AS
SELECT
    mention_id,
    revision,
    platform,
    native_id,
    if(is_deleted, '', kept_text) AS text,
    if(is_deleted, '', kept_title) AS title,
    author_id,
    if(is_deleted, '', kept_handle) AS author_handle,
    author_followers,
    author_verified,
    published_at,
    claimed_at,
    edited_at,
    declared_language,
    relation,
    parent_id,
    root_id,
    parent_author,
    url,
    rating,
    if(is_deleted, '{}', kept_extra) AS extra,
    is_deleted,
    generation,
    brands,
    language,
    author_is_brand,
    intents,
    intent_names,
    intent_probabilities,
    needs_intervention,
    needs_intervention_probability,
    severity,
    noise,
    sensitive,
    fingerprint,
    virality_probability,
    expected_reach,
    risk,
    queued,
    suppressed_by,
    reasons
FROM (
    SELECT
        mention_id,
        revision,
        platform,
        native_id,
        text AS kept_text,
        title AS kept_title,
        author_id,
        author_handle AS kept_handle,
        author_followers,
        author_verified,
        published_at,
        claimed_at,
        edited_at,
        declared_language,
        relation,
        parent_id,
        root_id,
        parent_author,
        url,
        rating,
        extra AS kept_extra,
        mention_id IN (SELECT mention_id FROM deletions) AS is_deleted
    FROM posts FINAL
) AS p ANY LEFT JOIN (
    SELECT
        mention_id,
        generation,
        brands,
        language,
        author_is_brand,
        intents,
        intent_names,
        intent_probabilities,
        needs_intervention,
        needs_intervention_probability,
        severity,
        noise,
        sensitive,
        fingerprint,
        virality_probability,
        expected_reach,
        risk,
        queued,
        suppressed_by,
        reasons
    FROM verdicts FINAL
    WHERE generation IN (SELECT name FROM active_generation)
) AS v USING mention_id;
