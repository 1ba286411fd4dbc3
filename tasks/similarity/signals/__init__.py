"""What speaks for two songs to belong together: cosines of sound, metadata and baskets."""

from tasks.similarity.signals.scale import Scale
from tasks.similarity.signals.signals import SIGNALS, Signals, signals

__all__ = ["SIGNALS", "Scale", "Signals", "signals"]
