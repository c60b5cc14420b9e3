"""Tests of the sample posts."""
