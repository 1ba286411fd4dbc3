"""A night's database from start to publication: lock, Prefect's books, building, writing, profiling, gate, publishing."""
