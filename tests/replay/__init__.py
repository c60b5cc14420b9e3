"""Replays as a user would run them."""
