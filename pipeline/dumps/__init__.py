"""History dumps: files, folders and archives become records, once each, in a fixed order, in bounded memory."""
