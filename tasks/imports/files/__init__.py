"""Bytes to rows: containers, encodings, table formats, and what kind of document it is."""
