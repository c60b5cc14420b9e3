"""A real Kafka broker from published jars, for tests and the demo: no container engine needed."""
