"""JSON objects of the Web API and of ReccoBeats in, frames of our tables out; every entry that is no row is counted."""
