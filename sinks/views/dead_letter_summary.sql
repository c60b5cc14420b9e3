-- Question: which input could not be used, and where is it?
-- One row is: a reason in a source, over its partitions; positions are the lowest and the highest of any partition.
--   A record that was read well since, or an item of it, no longer counts; its bytes stay in `dead_letters`.
-- Cost: FINAL over dead_letters without their bytes, and over the ledger where it has a record of them.
CREATE OR REPLACE VIEW dead_letter_summary AS
SELECT
    source,
    reason,
    count() AS count,
    uniqExact(partition) AS partitions,
    min(position) AS first_position,
    max(position) AS last_position,
    min(detail) AS example_detail
FROM dead_letters FINAL
WHERE (source, partition, position, item) IN (
    SELECT source, partition, position, arrayJoin(range(dead))
    FROM ledger FINAL
    WHERE dead > 0 AND (source, partition, position) IN (SELECT source, partition, position FROM dead_letters)
)
GROUP BY source, reason;
