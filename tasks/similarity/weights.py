"""What each signal of song to song counts."""

from typing import Any

ALGORITHM = "cosines-3"
WEIGHTS = {"audio": 0.1, "metadata": 0.8, "collaborative": 0.1}
"""Stated weights, the best of several on two sets of real lists: given one song, its artist says most of what follows."""


def weights(run_id: str) -> list[dict[str, Any]]:
    """The rows of ``models`` that tell tonight's weights."""
    return [
        {
            "model": "song",
            "algorithm": ALGORITHM,
            "signal": name,
            "step": 0,
            "lower": None,
            "upper": None,
            "value": value,
            "is_default": True,
            "run_id": run_id,
        }
        for name, value in WEIGHTS.items()
    ]
