"""Which songs belong together: baskets, signals, neighbours. Plain functions on frames and matrices; no Prefect, no database."""
