"""Why a song, in words: sentences about baskets, facts and sound, and which of them are told."""

from warehouse.query.telling.company import NAMED, Close, company, confidence, kinship, told_baskets
from warehouse.query.telling.facts import facts
from warehouse.query.telling.reasons import SENTENCES, Reason, reasons
from warehouse.query.telling.sound import contrast, sound

__all__ = [
    "NAMED",
    "SENTENCES",
    "Close",
    "Reason",
    "company",
    "confidence",
    "contrast",
    "facts",
    "kinship",
    "reasons",
    "sound",
    "told_baskets",
]
