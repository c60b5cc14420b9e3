"""One question a file; each prints machine, commit and table."""
