"""Which songs belong together: identity, baskets, signals, neighbours. Plain functions on frames and matrices; no Prefect, no database."""
