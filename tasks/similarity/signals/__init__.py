"""What speaks for two songs to belong together: cosines of sound, metadata and baskets."""

from tasks.similarity.signals.scale import Scale
from tasks.similarity.signals.signals import COMMON, SIGNALS, Signals, signals

__all__ = ["COMMON", "SIGNALS", "Scale", "Signals", "signals"]
