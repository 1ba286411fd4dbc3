"""Nearest rows by inner product: the same as the square of all pairs gives, whatever the rows look like."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.similarity import dense
from tasks.similarity.dense import nearest


def by_hand(rows: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """All products, rounded to millionths; the best first, equal ones by row."""
    exact = rows.astype(np.float64)
    points = np.rint(exact @ exact.T * 1e6).astype(np.int64)
    found = np.full((len(rows), top), -1)
    scores = np.full((len(rows), top), -1)
    for row, line in enumerate(points):
        order = [other for other in np.lexsort((np.arange(len(rows)), -line)) if other != row][:top]
        found[row, : len(order)], scores[row, : len(order)] = order, line[order]
    return found, scores


def assert_exact(rows: np.ndarray, top: int) -> None:
    for told, right in zip(nearest(rows, top), by_hand(rows, top), strict=True):
        np.testing.assert_array_equal(told, right)


def units(rows: int, dims: int, seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(rows, dims))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(("rows", "dims"), [(2, 2), (700, 3), (3_000, 12)])
def test_the_nearest_are_those_of_the_square_of_all_pairs(rows: int, dims: int) -> None:
    assert_exact(units(rows, dims), 10)


def test_equal_rows_go_by_their_number_and_rows_of_zeros_are_rows_too() -> None:
    rows = np.repeat(units(40, 3), 30, axis=0)
    rows[::7] = 0
    assert_exact(rows, 50)


def test_fewer_others_than_asked_for_leave_places_open() -> None:
    assert nearest(units(3, 2), 5)[0].tolist()[0][2:] == [-1, -1, -1]
    assert nearest(units(1, 2), 5)[0].tolist() == [[-1] * 5]
    assert nearest(units(0, 2), 5)[0].shape == (0, 5)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 120), st.integers(1, 4), st.integers(1, 30), st.integers(0, 99))
def test_cells_never_cost_a_neighbour(rows: int, dims: int, top: int, seed: int) -> None:
    """Small cells, a narrow look around, few rows at once: whatever is passed over must be too far away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dense, "TILE", 8)
        patch.setattr(dense, "AT_ONCE", 16)
        patch.setattr(dense, "CELL", 4)
        patch.setattr(dense, "SEEN", 8)
        assert_exact(units(rows, dims, seed) * np.float32(0.5), top)


@pytest.mark.parametrize("dims", [4, 16])
def test_a_recall_that_is_asked_for_is_reached(dims: int) -> None:
    rows = units(4_000, dims)
    near, exact = nearest(rows, 20, recall=0.98)[0], nearest(rows, 20)[0]
    assert np.mean([np.isin(right, told).mean() for told, right in zip(near, exact, strict=True)]) > 0.97
