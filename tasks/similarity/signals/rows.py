"""Sparse rows: made of pairs, weighed, cut to their largest values, multiplied pair by pair."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array

STRIP = 4_096
"""Rows that are put beside each other at once."""


class Terms(NamedTuple):
    """``rows`` [track, term] are ones, and ``ids`` name the columns: who made the tracks, or of which genres they are."""

    rows: csr_array
    ids: pl.Series


def incidence(pairs: pl.DataFrame, rows: int) -> csr_array:
    """[row, value] as a matrix of ones, a column a value."""
    column = pairs["value"].rank("dense").to_numpy().astype(np.int32) - 1
    width = int(column.max(initial=-1)) + 1
    return csr_array(
        (np.ones(column.size), (pairs["row"].to_numpy().astype(np.int32), column)), shape=(rows, max(width, 1))
    )


def unit(matrix: csr_array, *, idf: bool = True) -> csr_array:
    """Rows of length 1 (or 0); columns weighted by their rarity before."""
    if idf:
        carriers = np.asarray(matrix.sum(axis=0)).ravel()
        matrix = csr_array(matrix @ diags_array(np.log1p(matrix.shape[0] / np.maximum(carriers, 1))))
    lengths = np.sqrt(np.asarray(matrix.power(2).sum(axis=1)).ravel())
    return csr_array(diags_array(np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)) @ matrix)


def scaled(matrix: csr_array, rows: np.ndarray | float = 1.0, columns: np.ndarray | None = None) -> csr_array:
    """The matrix with its rows and columns multiplied by numbers: other values at the same places, which are not copied."""
    data = matrix.data * (np.repeat(rows, np.diff(matrix.indptr)) if isinstance(rows, np.ndarray) else rows)
    if columns is not None:
        data *= columns[matrix.indices]
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def single(matrix: csr_array) -> csr_array:
    """The matrix in single precision: the places are not copied."""
    return csr_array((matrix.data.astype(np.float32), matrix.indices, matrix.indptr), shape=matrix.shape)


def beside(parts: Sequence[csr_array], kind: type[np.floating] = np.float64) -> csr_array:
    """The matrices side by side: what ``hstack`` of scipy gives, which copies all of it twice."""
    rows, lengths = parts[0].shape[0], [np.diff(part.indptr) for part in parts]
    ends = np.concatenate([[0], np.cumsum(np.sum(lengths, axis=0))])
    places = np.int32 if ends[-1] <= np.iinfo(np.int32).max else np.int64
    data, indices = np.empty(ends[-1], kind), np.empty(ends[-1], places)
    for first in range(0, rows, STRIP):
        strip = slice(first, min(first + STRIP, rows))
        start, width = ends[strip], 0
        for part, length in zip(parts, lengths, strict=True):
            told = slice(part.indptr[strip.start], part.indptr[strip.stop])
            place = np.arange(told.start, told.stop) + np.repeat(start - part.indptr[strip], length[strip])
            data[place], indices[place] = part.data[told], part.indices[told] + width
            start, width = start + length[strip], width + part.shape[1]
    return csr_array((data, indices, ends.astype(places)), shape=(rows, sum(part.shape[1] for part in parts)))


def rooted(matrix: csr_array) -> csr_array:
    """The matrix with the roots of its values."""
    return csr_array((np.sqrt(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape)


def heads(matrix: csr_array, most: int) -> csr_array:
    """The ``most`` largest values of each row; of equal ones those that come first. Indices are sorted."""
    length = np.diff(matrix.indptr)
    long = np.flatnonzero(np.repeat(length > most, length))  # most rows are short and stay as they are
    sizes = length[length > most]
    order = long[np.lexsort((-matrix.data[long], np.repeat(np.arange(sizes.size), sizes)))]
    place = np.arange(order.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = np.ones(matrix.nnz, dtype=bool)
    kept[order[place >= most]] = False
    ends = np.concatenate([[0], np.cumsum(np.minimum(length, most))]).astype(matrix.indptr.dtype)
    return csr_array((matrix.data[kept], matrix.indices[kept], ends), shape=matrix.shape)


def dots(left: csr_array, right: csr_array, first: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Dot products of rows of ``left`` and rows of ``right``, pair by pair."""
    told = np.zeros(first.size)
    met = np.flatnonzero(
        (left.indptr[first + 1] > left.indptr[first]) & (right.indptr[other + 1] > right.indptr[other])
    )
    told[met] = left[first[met]].multiply(right[other[met]]).sum(axis=1)
    return told


def add(dense: np.ndarray, sparse: csr_array) -> None:
    """Add ``sparse`` to ``dense`` (contiguous) in place; by one index it takes a third of the time that it takes by two."""
    rows, columns = sparse.shape
    places = np.repeat(columns * np.arange(rows), np.diff(sparse.indptr)) + sparse.indices
    np.add.at(dense.reshape(-1), places, sparse.data)


def at(matrix: csr_array, first: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The values of ``matrix`` at pairs of rows and columns; of no pairs none, for which scipy would give a matrix or an error."""
    return np.asarray(matrix[first, other]) if first.size else np.empty(0)
