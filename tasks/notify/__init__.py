"""Telling a person how a night went: what to say, and the ways to say it."""
