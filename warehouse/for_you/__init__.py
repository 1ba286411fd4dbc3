"""Songs for the person, from the published file and the journal: what was said a second ago counts. DuckDB and polars only."""

from warehouse.for_you.listening import for_you, recommended
from warehouse.for_you.person import SEEDS
from warehouse.for_you.words import HALF_LIFE, STANDING, faded, worth

__all__ = ["HALF_LIFE", "SEEDS", "STANDING", "faded", "for_you", "recommended", "worth"]
