"""What speaks for a song on a list: candidates and their signals, the same for training, evaluation and serving."""

from warehouse.query.signals.candidates import PER, candidates_of, chunks, signals, signals_of
from warehouse.query.signals.company import NEAR
from warehouse.query.signals.corpus import Corpus, numbered

__all__ = ["NEAR", "PER", "Corpus", "candidates_of", "chunks", "numbered", "signals", "signals_of"]
