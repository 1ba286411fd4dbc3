"""Questions to the published file: songs like this one, songs for this list, and why. Imports DuckDB and polars,
and numpy where a list is asked for; nothing heavier."""

from warehouse.query.answering import Answer, answer, recommend, similar_songs
from warehouse.query.explaining import Counterfactual, why, why_not, without
from warehouse.query.many import recommend_many
from warehouse.query.names import Found, find_playlist, find_seeds, find_song, nearest, titles
from warehouse.query.outside import WhyNot
from warehouse.query.ranking import BY, TUNABLES, Pool

__all__ = [
    "BY",
    "TUNABLES",
    "Answer",
    "Counterfactual",
    "Found",
    "Pool",
    "WhyNot",
    "answer",
    "find_playlist",
    "find_seeds",
    "find_song",
    "nearest",
    "recommend",
    "recommend_many",
    "similar_songs",
    "titles",
    "why",
    "why_not",
    "without",
]
