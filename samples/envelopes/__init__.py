"""The payloads of the platforms: one file a format, each turns an invented post into what the platform would send."""
