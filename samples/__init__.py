"""Sample posts: real texts in invented envelopes, for the demo and the tests."""
