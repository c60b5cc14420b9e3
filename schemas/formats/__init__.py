"""One file a payload format."""
