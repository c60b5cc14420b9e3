-- Question: which input could not be used, and where is it?
-- One row is: a reason in a source, over its partitions; positions are the lowest and the highest of any partition.
-- Cost: FINAL over dead_letters without their bytes.
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
GROUP BY source, reason;
