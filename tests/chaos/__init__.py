"""The chaos run: a workload with its oracle, a monkey that kills, a verdict over the tables."""
