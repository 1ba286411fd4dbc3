"""Whether a night may be published: four rules, each with its name, its threshold and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import polars as pl

from warehouse.connection import reader
from warehouse.statements import statement


@dataclass(frozen=True)
class Thresholds:
    """What the gate demands.

    ``share``: a table must keep this share of last night's rows; tables that had fewer than ``few`` rows are left alone.
    ``coverage``: share of the tracks that have something in common with another song which must have neighbours.
    """

    share: float = 0.5
    few: int = 20
    coverage: float = 0.9


@dataclass(frozen=True)
class Finding:
    """What a rule found; ``text`` tells it to a person."""

    rule: str
    is_kept: bool
    text: str


def findings(
    build: Path,
    run_id: str,
    last_night: Path | None,
    thresholds: Thresholds = Thresholds(),
    model_sources: tuple[str, ...] = (),
    dropped: Mapping[str, int] = MappingProxyType({}),
) -> list[Finding]:
    """Judge ``build`` by every rule, against the file of ``last_night`` where there is one.

    ``dropped`` counts, by table, the rows that had to go because they may be kept for a time only.

    ``accounting``: every received row went somewhere. ``collapse``: no table lost most of its rows. ``coverage``: the
    tracks (of ``model_sources``, of all when empty) have neighbours. ``evaluation``: no headline figure lies below last
    night's so that the 95 % intervals do not even touch.
    """
    with reader(build) as con:
        unbalanced = con.sql(statement("gate/unbalanced"), params={"run_id": run_id}).pl()
        rows = dict(con.sql(statement("gate/rows")).fetchall())
        ((comparable, covered),) = con.sql(
            statement("gate/coverage"), params={"sources": list(model_sources)}
        ).fetchall()
        measured = con.sql(statement("gate/headline")).pl()
    former_rows: dict[str, int] = {}
    former_measured = measured.clear()
    if last_night is not None:
        with reader(last_night) as con:
            counted = con.sql(statement("gate/rows")).fetchall()
            former_rows = {entity: number - dropped.get(entity, 0) for entity, number in counted}
            former_measured = con.sql(statement("gate/headline")).pl()
    return [
        _accounting(unbalanced),
        _collapse(rows, former_rows, thresholds),
        _coverage(comparable, covered, thresholds),
        _evaluation(measured, former_measured),
    ]


def _accounting(unbalanced: pl.DataFrame) -> Finding:
    if unbalanced.is_empty():
        return Finding("accounting", True, "every received row is accounted for")
    told = ", ".join(
        f"{entity} from {source} ({received} received, {found} found)"
        for entity, source, received, found in unbalanced.iter_rows()
    )
    return Finding("accounting", False, f"rows are not accounted for: {told}")


def _collapse(rows: dict[str, int], former: dict[str, int], thresholds: Thresholds) -> Finding:
    fallen = [
        f"{entity} has {rows[entity]:,} rows instead of {before:,}"
        for entity, before in former.items()
        if before >= thresholds.few and rows[entity] < thresholds.share * before
    ]
    if fallen:
        return Finding("collapse", False, f"{', '.join(fallen)} (at least {thresholds.share:.0%} must stay)")
    return Finding(
        "collapse", True, "no table shrank below the bound" if former else "there is no earlier night to compare with"
    )


def _coverage(comparable: int, covered: int, thresholds: Thresholds) -> Finding:
    share = covered / comparable if comparable else 1.0
    text = f"{covered:,} of {comparable:,} comparable tracks have neighbours"
    if share >= thresholds.coverage:
        return Finding("coverage", True, text)
    return Finding("coverage", False, f"only {text} (at least {thresholds.coverage:.0%} must)")


def _evaluation(measured: pl.DataFrame, former: pl.DataFrame) -> Finding:
    both = measured.join(former, on=["task", "split", "view", "metric"], suffix="_before", maintain_order="left")
    worse = [
        f"{row['metric']} of {row['task']} ({row['view']}) is {row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f}) "
        f"after {row['value_before']:.3f} ({row['low_before']:.3f} to {row['high_before']:.3f})"
        for row in both.filter(pl.col("high") < pl.col("low_before")).iter_rows(named=True)
    ]
    if worse:
        return Finding("evaluation", False, f"recommendations are clearly worse: {'; '.join(worse)}")
    return Finding("evaluation", True, f"{both.height} headline figures are no worse than last night's")
