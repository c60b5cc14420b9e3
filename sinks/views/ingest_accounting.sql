-- Question: is every record of a source accounted for?
-- One row is: a partition of a source. `missing` counts positions between the first and the last without a ledger row;
--   on a Kafka topic with transactions or compaction some positions hold no record, so it may be above 0 there.
-- Cost: FINAL over ledger, six narrow columns.
CREATE OR REPLACE VIEW ingest_accounting AS
SELECT
    source,
    partition,
    count() AS seen,
    countIf(outcome = 'good') AS good,
    countIf(outcome = 'dead') AS dead,
    countIf(outcome = 'ignored') AS ignored,
    sum(mentions_of_record) AS mentions,
    min(position) AS first_position,
    max(position) AS last_position,
    max(position) - min(position) + 1 - count() AS missing
FROM (
    SELECT source, partition, position, outcome, mentions AS mentions_of_record
    FROM ledger FINAL
)
GROUP BY source, partition;
