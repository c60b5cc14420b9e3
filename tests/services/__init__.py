"""Fixtures that need a real service beside the tests, and tests of those fixtures."""
