"""The audit of the triage: people check a drawn sample, and the recall of the queue follows with an interval."""
