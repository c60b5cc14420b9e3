-- Question: whose verdicts count now?
-- One row is: the generation with the highest activation; no row while none was activated.
-- Cost: reads `generations`, a few rows. Needs no FINAL: the highest activation stands in the latest row of its name.
CREATE OR REPLACE VIEW active_generation AS
SELECT name
FROM generations
WHERE activation > 0
ORDER BY activation DESC, name
LIMIT 1;
