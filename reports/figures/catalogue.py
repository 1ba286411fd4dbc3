"""Charts of the catalogue: how it sounds, what moves together, when it was released, its genres."""

import altair as alt
import polars as pl

from reports.figures.figure import Figure, for_each, pixels
from reports.numbers import total
from reports.palette import DIVERGING, INK, KINDS, MUCH, PAPER
from reports.theme import Chart
from reports.wording import clipped, count, counted, figure, listed, percent

RIDGE = 1.55
"""Height of the tallest bin of a ridge, in rows."""


def draw_ridges(feature_histograms: pl.DataFrame) -> Chart:
    """Ridges: one row a feature, tonight filled, last night as a line over it."""
    features = feature_histograms["feature"].unique().sort().to_list()
    span = feature_histograms.group_by("feature").agg(
        pl.col("lower").min().alias("from"), pl.col("upper").max().alias("to")
    )
    grid = (
        pl.DataFrame({"feature": features, "row": range(len(features))})
        .join(pl.DataFrame({"night": ["tonight", "last night"]}), how="cross")
        .join(pl.DataFrame({"bin": range(40)}, schema={"bin": pl.Int32}), how="cross")
        .join(feature_histograms.select("feature", "night", "bin", "share"), on=["feature", "night", "bin"], how="left")
        .join(span, on="feature")
        .with_columns(pl.col("share").fill_null(0.0))
        .filter(pl.col("share").sum().over("feature", "night") > 0)
        .with_columns(
            (-pl.col("row")).alias("base"),
            (-pl.col("row") + pl.col("share") / pl.col("share").max().over("feature") * RIDGE).alias("top"),
            ((pl.col("bin") + 0.5) / 40).alias("at"),
        )
    )
    y = alt.Y(
        "top:Q",
        title=None,
        scale=alt.Scale(domain=[-len(features) + 0.7, RIDGE], nice=False),
        axis=alt.Axis(
            values=[-row for row in range(len(features))],
            labelExpr=f"{features}[-datum.value]".replace("'", '"'),
            labelBaseline="bottom",
            labelOverlap=False,
            gridOpacity=0.4,
        ),
    )
    x = alt.X(
        "at:Q",
        title=None,
        axis=alt.Axis(values=[0.02, 0.98], labelExpr="datum.value < .5 ? 'low' : 'high'", ticks=False),
    )
    base = alt.Chart(grid).encode(x=x, detail="feature:N")
    filled = (
        base.transform_filter(alt.datum.night == "tonight")
        .mark_area(interpolate="monotone", opacity=0.78, stroke=PAPER, strokeWidth=1)
        .encode(y=y, y2="base:Q", order=alt.Order("row:Q"), tooltip=["feature:N", alt.Tooltip("share:Q", format=".1%")])
    )
    line = (
        base.transform_filter(alt.datum.night == "last night")
        .mark_line(interpolate="monotone", color=INK, strokeWidth=1, strokeDash=[3, 2])
        .encode(y="top:Q")
    )
    return filled + line


def find_ridges(feature_histograms: pl.DataFrame) -> str:
    """Say what most songs have in common: the feature with the fullest bin."""
    tonight = feature_histograms.filter(pl.col("night") == "tonight").sort("share", "feature", descending=[True, False])
    top = tonight.row(0, named=True)
    tempo = tonight.filter(pl.col("feature") == "tempo")
    beat = f"; the mean tempo is {tempo['mean'][0]:.0f} BPM" if tempo.height else ""
    between = f"between {top['lower']:.3g} and {top['upper']:.3g}"
    return f"{percent(top['share'])} of the songs have {top['feature']} {between}{beat}"


def draw_correlations(feature_correlations: pl.DataFrame) -> Chart:
    """Heat map of the lower triangle, figures written in."""
    frame = feature_correlations.filter(pl.col("feature") > pl.col("other")).with_columns(
        pl.col("correlation").map_elements(lambda c: figure(c, 2), return_dtype=pl.String).alias("written")
    )
    base = alt.Chart(frame).encode(
        x=alt.X("other:N", title=None, axis=alt.Axis(labelAngle=-40, labelOverlap=False, domain=False, ticks=False)),
        y=alt.Y("feature:N", title=None),
    )
    squares = base.mark_rect(cornerRadius=2, aria=False).encode(
        color=alt.Color(
            "correlation:Q",
            scale=alt.Scale(type="threshold", domain=[-0.5, -0.3, -0.1, 0.1, 0.3, 0.5], range=DIVERGING),
            legend=alt.Legend(title="Correlation", titleOrient="left"),
        ),
        tooltip=["feature:N", "other:N", alt.Tooltip("correlation:Q", format=".3f"), "songs:Q"],
    )
    strong = alt.expr.abs(alt.datum.correlation) >= 0.5
    text = base.mark_text(fontSize=10.5).encode(
        text="written:N", color=alt.when(strong).then(alt.value(PAPER)).otherwise(alt.value(INK))
    )
    return squares + text


def find_correlations(feature_correlations: pl.DataFrame) -> str:
    """Name the pair that moves together most, either way."""
    pairs = feature_correlations.filter(pl.col("feature") < pl.col("other")).drop_nulls("correlation")
    top = pairs.sort(pl.col("correlation").abs(), descending=True).row(0, named=True)
    word = "rise together" if top["correlation"] > 0 else "pull apart"
    return f"{top['feature'].capitalize()} and {top['other']} {word} ({figure(top['correlation'], 2)}): they are not two separate facts"


def draw_years(release_years: pl.DataFrame) -> Chart:
    """Stacked bars: songs by year of release and source; paler where the sound was not measured."""
    frame = (
        release_years.drop_nulls("released_year")
        .with_columns(
            (pl.col("songs") - pl.col("with_sound")).alias("no sound known"), pl.col("with_sound").alias("sound known")
        )
        .unpivot(
            ["sound known", "no sound known"],
            index=["released_year", "source"],
            variable_name="sound",
            value_name="number",
        )
        .filter(pl.col("number") > 0)
    )
    return (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("released_year:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy")),
            y=alt.Y("number:Q", title="Songs"),
            color=alt.Color("source:N", scale=alt.Scale(range=KINDS)),
            opacity=alt.Opacity("sound:N", scale=alt.Scale(domain=["sound known", "no sound known"], range=[1, 0.45])),
            tooltip=["released_year:O", "source:N", "sound:N", "number:Q"],
        )
    )


def find_years(release_years: pl.DataFrame) -> str:
    """Say the middle year, and how much of the catalogue has no year or no sound."""
    dated = (
        release_years.drop_nulls("released_year")
        .group_by("released_year")
        .agg(pl.col("songs").sum())
        .sort("released_year")
    )
    songs = total(release_years["songs"])
    halfway = dated.filter(pl.col("songs").cum_sum() >= total(dated["songs"]) / 2)["released_year"][0]
    silent = 1 - total(release_years["with_sound"]) / songs
    undated = 1 - total(dated["songs"]) / songs
    gaps = [f"{percent(silent)} have no measured sound"] if silent > 0 else ["all have a measured sound"]
    if undated > 0:
        gaps.append(f"{percent(undated)} have no year")
    return f"Half of the songs came out in {halfway} or later; {' and '.join(gaps)}"


def draw_genres(genres: pl.DataFrame) -> Chart:
    """Map of genres: energy against valence, size by songs, names written beside the largest."""
    frame = genres.drop_nulls(["energy", "valence"]).with_columns(
        pl.col("genre").map_elements(lambda g: clipped(g, 28), return_dtype=pl.String).alias("label"),
        (pl.int_range(pl.len()) < 18).alias("is_named"),
    )
    base = alt.Chart(frame).encode(
        x=alt.X("valence:Q", title="Darker  ←  middle valence  →  brighter", scale=alt.Scale(zero=False, padding=30)),
        y=alt.Y("energy:Q", title="Middle energy", scale=alt.Scale(zero=False, padding=24)),
    )
    dots = base.mark_point(opacity=0.85).encode(
        size=alt.Size("songs:Q", scale=alt.Scale(range=[40, 900]), legend=None),
        color=alt.Color(
            "danceability:Q",
            scale=alt.Scale(type="quantize", range=MUCH[1:], nice=False),
            legend=alt.Legend(title="Danceability", titleOrient="left", format=".2f"),
        ),
        tooltip=[
            "genre:N",
            "songs:Q",
            *(alt.Tooltip(f"{f}:Q", format=".2f") for f in ("energy", "valence", "danceability")),
        ],
    )
    names = base.transform_filter(alt.datum.is_named).mark_text(dy=-17, fontSize=12).encode(text="label:N")
    return dots + names


def find_genres(genres: pl.DataFrame) -> str:
    """Name the brightest and the most forceful genre among those with at least ten songs."""
    known = genres.filter(pl.col("songs") >= 10).drop_nulls(["energy", "valence"])
    if known.height < 2:
        return f"{counted(genres.height, 'genre')}, of which {clipped(genres['genre'][0], 40)} is the largest"
    forceful, bright, dark = (
        clipped(known.sort(by, descending=down)["genre"][0], 40)
        for by, down in (("energy", True), ("valence", True), ("valence", False))
    )
    return f"{forceful.capitalize()} is the most forceful genre, {bright} the brightest, {dark} the darkest"


def draw_genre_sounds(genre_sounds: pl.DataFrame) -> Chart:
    """Heat map: how far each genre's mean lies from all songs, in standard deviations."""
    return (
        alt.Chart(genre_sounds.drop_nulls("deviations"))
        .mark_rect(cornerRadius=2, aria=False)
        .encode(
            x=alt.X(
                "feature:N", title=None, axis=alt.Axis(labelAngle=-40, labelOverlap=False, domain=False, ticks=False)
            ),
            y=alt.Y("genre:N", sort=None, title=None),
            color=alt.Color(
                "deviations:Q",
                scale=alt.Scale(type="threshold", domain=[-0.9, -0.5, -0.2, 0.2, 0.5, 0.9], range=DIVERGING),
                legend=alt.Legend(title="Deviations from all songs", titleOrient="left"),
            ),
            tooltip=[
                "genre:N",
                "feature:N",
                *(alt.Tooltip(f"{f}:Q", format=".2f") for f in ("mean", "median", "deviations")),
            ],
        )
    )


def find_genre_sounds(genre_sounds: pl.DataFrame) -> str:
    """Name the genre and feature that stand out most."""
    known = genre_sounds.drop_nulls("deviations").sort(pl.col("deviations").abs(), descending=True)
    top = known.row(0, named=True)
    way = "above" if top["deviations"] > 0 else "below"
    return (
        f"{clipped(top['genre'], 40).capitalize()} stands out by its {top['feature']}: "
        f"{abs(top['deviations']):.1f} deviations {way} the rest"
    )


def draw_coverage(coverage: pl.DataFrame) -> Chart:
    """Heat map: the share of each source's songs of which a fact is known, written in."""
    frame = coverage.with_columns(
        pl.format("{}, {}", "source", pl.col("songs").map_elements(lambda n: counted(n, "song"), return_dtype=pl.String)).alias("from"),
        pl.col("fact").str.replace_all("_", " "),
        pl.col("share").map_elements(percent, return_dtype=pl.String).alias("written"),
    )  # fmt: skip
    base = alt.Chart(frame).encode(
        x=alt.X("fact:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, domain=False, ticks=False, orient="top")),
        y=alt.Y("from:N", sort=None, title=None),
        tooltip=["source:N", "fact:N", "known:Q", "songs:Q", alt.Tooltip("share:Q", format=".2%")],
    )
    squares = base.mark_rect(cornerRadius=2, aria=False).encode(
        color=alt.Color(
            "share:Q", scale=alt.Scale(type="threshold", domain=[0.01, 0.25, 0.5, 0.75, 0.99], range=MUCH), legend=None
        )
    )
    full = alt.datum.share >= 0.5
    return squares + base.mark_text().encode(
        text="written:N", color=alt.when(full).then(alt.value(PAPER)).otherwise(alt.value(INK))
    )


def find_coverage(coverage: pl.DataFrame) -> str:
    """Say which facts are known of every song, and which of the fewest."""
    facts = coverage.group_by("fact").agg(pl.col("known", "songs").sum())
    full = facts.filter(pl.col("known") == pl.col("songs"))["fact"].sort().to_list()
    none = facts.filter(pl.col("known") == 0)["fact"].sort().to_list()
    part = facts.filter((pl.col("known") > 0) & (pl.col("known") < pl.col("songs")))
    said = [f"{listed(_fact(name) for name in full)} of every song"] if full else []
    if part.height:
        least = part.sort(pl.col("known") / pl.col("songs"), "fact").row(0, named=True)
        lacking = least["songs"] - least["known"]
        few = (
            f"all but {count(lacking)}" if lacking < least["songs"] / 100 else percent(least["known"] / least["songs"])
        )
        said.append(f"{_fact(least['fact'])} of {few}")
    if none:
        said.append(f"{listed(_fact(name) for name in none)} of none")
    return f"Known: {'; '.join(said)}"


def _fact(name: str) -> str:
    return {"isrc": "ISRC"}.get(name, name.replace("_", " "))


FIGURES = (
    Figure(
        "feature_ridges",
        "feature_histograms",
        draw_ridges,
        find_ridges,
        "Each ridge shows how the songs are spread over a feature; the broken line is last night.",
        "No song has a measured sound yet.",
        height=pixels(430),
    ),
    Figure(
        "feature_correlations",
        "feature_correlations",
        draw_correlations,
        find_correlations,
        "Teal pairs rise together, ochre ones pull apart, over the songs that have both.",
        "No song has two measured features.",
        height=pixels(380),
        ready=lambda pairs: not pairs.filter(pl.col("feature") < pl.col("other")).drop_nulls("correlation").is_empty(),
    ),
    Figure(
        "genre_map",
        "genres",
        draw_genres,
        find_genres,
        "A dot is a genre at the middle of its songs; the larger, the more songs.",
        "No song and no artist has a genre: Spotify tells fewer and fewer of them.",
        height=pixels(380),
        ready=lambda genres: not genres.drop_nulls(["energy", "valence"]).is_empty(),
    ),
    Figure(
        "genre_sounds",
        "genre_sounds",
        draw_genre_sounds,
        find_genre_sounds,
        "Teal is more of a feature than the catalogue's mean, ochre less.",
        "No genre with a measured sound.",
        height=for_each("genre", 24),
        ready=lambda sounds: not sounds.drop_nulls("deviations").is_empty(),
    ),
    Figure(
        "coverage",
        "coverage",
        draw_coverage,
        find_coverage,
        "The share of each source's songs of which something is known.",
        "No songs yet.",
        height=for_each("source", 46),
        is_wide=True,
    ),
    Figure(
        "release_years",
        "release_years",
        draw_years,
        find_years,
        "Songs by year of release and source; paler parts have no measured sound.",
        "No album tells its year of release: the source gives none.",
        height=pixels(240),
        is_wide=True,
        ready=lambda years: not years.drop_nulls("released_year").is_empty(),
    ),
)
