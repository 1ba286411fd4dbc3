"""The profile: what speaks for a person's songs and what against, in several tastes; from frames to frames."""
