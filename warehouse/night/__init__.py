"""A night's database from start to publication: lock, building, writing, profiling, gate, publishing."""
