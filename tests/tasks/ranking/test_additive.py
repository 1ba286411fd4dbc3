"""The additive learner: what it finds, what it must not find, and that its steps are its scores."""

import numpy as np
import pytest

from tasks.ranking.additive import fit


def lists(seed: int = 0, cases: int = 120, size: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lists whose hidden song is the one with the highest first signal; the second signal is noise."""
    rng = np.random.default_rng(seed)
    signals = rng.random((cases * size, 2))
    groups = np.repeat(np.arange(cases), size)
    hits = np.zeros(groups.size, dtype=bool)
    for case in range(cases):
        hits[case * size + signals[groups == case, 0].argmax()] = True
    return signals, hits, groups


def test_a_signal_that_finds_the_hidden_song_gets_all_the_height() -> None:
    signals, hits, groups = lists()
    good, noise = fit(signals, hits, groups, [True, True], learns_unknown=[False, False])
    assert np.ptp(good.values) > 2
    assert np.ptp(noise.values) < 0.3
    assert (np.diff(good.values) >= 0).all()


def test_a_rising_function_never_falls_even_where_the_data_does() -> None:
    signals, hits, groups = lists()
    signals[:, 0] *= -1
    (shape, _) = fit(signals, hits, groups, [True, True], learns_unknown=[False, False])
    assert np.ptp(shape.values) == pytest.approx(0, abs=1e-9)


def test_what_is_unknown_adds_the_mean_even_when_only_hidden_songs_lack_the_value() -> None:
    """Missing columns tell which source a row is from; a ranker that learns it reports figures that are not true."""
    signals, hits, groups = lists()
    signals[hits, 1] = np.nan
    _, leaky = fit(signals, hits, groups, [True, True], learns_unknown=[False, False])
    known = leaky.of(signals[~hits, 1])
    assert leaky.unknown == pytest.approx(known.mean(), abs=1e-9)


@pytest.mark.parametrize("column", [np.full(3_600, np.nan), np.full(3_600, 7.0)], ids=["null", "constant"])
def test_a_null_or_constant_signal_says_nothing_and_spoils_nothing(column: np.ndarray) -> None:
    signals, hits, groups = lists()
    signals[:, 1] = column
    good, dead = fit(signals, hits, groups, [True, True], learns_unknown=[False, True])
    assert np.ptp(good.values) > 2
    assert np.isfinite(dead.of(column)).all()
    assert np.ptp(dead.of(column)) == 0


def test_the_same_rows_in_another_order_teach_the_same() -> None:
    signals, hits, groups = lists()
    order = np.random.default_rng(1).permutation(groups.size)
    one = fit(signals, hits, groups, [True, True], learns_unknown=[False, False])
    two = fit(signals[order], hits[order], groups[order], [True, True], learns_unknown=[False, False])
    for left, right in zip(one, two, strict=True):
        assert left.edges.tolist() == right.edges.tolist()
        assert left.values == pytest.approx(right.values, abs=1e-3)


def test_two_hidden_songs_of_a_list_do_not_compete() -> None:
    """One is told from what was not hidden, the other not. Were they rivals, it could not rise above the log of 2."""
    signals = np.tile([[2.0], [1.0], [1.0]], (400, 1))
    hits = np.tile([True, True, False], 400)
    (shape,) = fit(signals, hits, np.repeat(np.arange(400), 3), [True], learns_unknown=[False])
    assert np.ptp(shape.values) > 1
