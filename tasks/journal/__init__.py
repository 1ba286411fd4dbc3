"""Feedback: what a person says of songs, artists and genres, found by name and written into the journal."""
