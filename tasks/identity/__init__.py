"""Which tracks are the same: pressings of one recording, versions of one song. Plain functions on frames; no Prefect, no database."""
