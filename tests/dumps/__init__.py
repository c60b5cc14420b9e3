"""Laws of decoding: from bytes to mentions, deletions, ignored records and dead letters."""
