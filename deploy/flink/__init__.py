"""A real Flink cluster with Beam's job server from published jars, for development and tests; no container engine."""
