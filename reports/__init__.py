"""The picture: frame in, chart or page out. No query, no clock, no environment. May import schemas."""
