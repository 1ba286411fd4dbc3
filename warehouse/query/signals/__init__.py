"""What speaks for a song on a list: candidates and their signals, the same for training, evaluation and serving."""

from warehouse.query.signals.candidates import PER, candidates_of, chunks, signals, signals_of
from warehouse.query.signals.corpus import Corpus

__all__ = ["PER", "Corpus", "candidates_of", "chunks", "signals", "signals_of"]
