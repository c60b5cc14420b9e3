"""Judges mentions: one protocol, one file a classifier, training apart."""
