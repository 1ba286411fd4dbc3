"""Charts of the recommender: how good, since when, what it learned, what scores are made of, whom it serves too often."""

import altair as alt
import polars as pl

from reports.figures.figure import Figure, for_each, pixels
from reports.numbers import largest, mean, smallest, total
from reports.palette import ADDENDS, CONTEXT, INK, KINDS
from reports.theme import Chart
from reports.wording import count, counted, figure, listed, percent

SIGNALS = {
    "collaborative": "shared lists",
    "collaborative.near": "near the list's songs",
    "collaborative.ridge": "in lists that make it up",
    "collaborative.nearsong": "a version near the songs",
    "collaborative.lift": "together beyond chance",
    "collaborative.together": "together in lists",
    "collaborative.alike": "in the same company",
    "collaborative.artists": "artists together in lists",
    "collaborative.regulars": "artists in its lists",
    "collaborative.genres": "genres of its lists",
    "collaborative.latent": "among the same songs",
    "collaborative.item": "together in lists",
    "collaborative.user": "in lists like it",
    "collaborative.userart": "in lists with its artists",
    "collaborative.abaskn": "artists of lists like it",
    "collaborative.n": "in how many lists",
    "collaborative.n_gap": "as widely listed",
    "collaborative.artist_gap": "artists as widely listed",
    "metadata": "artists, genres, era",
    "metadata.artist": "same artist",
    "metadata.artist_n": "songs by its artists",
    "metadata.artist_held": "most of its artist",
    "metadata.album": "same album",
    "metadata.genre": "same genres",
    "metadata.era": "same era",
    "metadata.word": "same words",
    "metadata.script": "same script",
    "metadata.popularity_gap": "as well known",
    "audio": "sound",
    "audio.cosine": "same sound",
    "audio.likelihood": "sound of the list",
}
"""Name of a signal in the table ``models`` -> what people read; of a signal that is not here its own name."""
PLAIN = (
    pl.col("signal").replace(SIGNALS).str.replace_all("_", " ", literal=True).str.replace_all(".", ": ", literal=True)
)
"""The names of signals as people read them, like ``_plain``."""

TASKS = {"song": "song to song", "list": "continue a list"}
TRIALS = {
    "song to song": ADDENDS["audio"],
    "continue a list": ADDENDS["metadata"],
    "later sessions": ADDENDS["adjustments"],
}
"""What was tried -> its colour."""


def _trial() -> pl.Expr:
    """What was tried, from task and split: a part of each list was hidden, or the sessions of the last weeks."""
    task = pl.col("task").replace_strict(TASKS, default=pl.col("task"))
    return (
        pl.when(pl.col("split").str.contains("session")).then(pl.lit("later sessions")).otherwise(task).alias("trial")
    )


def _trial_colour() -> alt.Color:
    return alt.Color("trial:N", scale=alt.Scale(domain=[*TRIALS], range=[*TRIALS.values()]))


def headline_figures(evaluation: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the scorecard: nDCG@10, only hidden songs that some visible list holds (warm)."""
    return evaluation.filter(
        (pl.col("metric") == "ndcg@10") & (pl.col("view") == "warm") & pl.col("value").is_not_null()
    )


def draw_scorecard(evaluation: pl.DataFrame) -> Chart:
    """Points with 95 % intervals: every algorithm on both tasks."""
    frame = headline_figures(evaluation).with_columns(_trial(), pl.col("algorithm").str.replace_all("_", " "))
    order = frame.group_by("algorithm").agg(pl.col("value").max()).sort("value", descending=True)["algorithm"].to_list()
    base = alt.Chart(frame).encode(
        y=alt.Y("algorithm:N", sort=order, title=None),
        yOffset=alt.YOffset("trial:N", sort=[*TRIALS]),
        color=_trial_colour(),
        tooltip=[
            "algorithm:N",
            "trial:N",
            "split:N",
            *(alt.Tooltip(f"{name}:Q", format=".4f") for name in ("value", "low", "high")),
            "cases:Q",
        ],
    )
    bars = base.mark_rule(strokeWidth=3, opacity=0.55).encode(
        x=alt.X("low:Q", title="nDCG@10 on warm songs"), x2="high:Q"
    )
    points = base.mark_point(size=90).encode(x=alt.X("value:Q", axis=alt.Axis(grid=True)))
    return bars + points


def find_scorecard(evaluation: pl.DataFrame) -> str:
    """Compare the hybrid with the best peer of the same run, and say when the bounds do not settle it."""
    frame = headline_figures(evaluation)
    said = []
    for words in TRIALS:
        rows = frame.filter(_trial() == words).sort("value", descending=True)
        ours, peers = rows.filter(pl.col("algorithm") == "hybrid"), rows.filter(pl.col("algorithm") != "hybrid")
        if ours.is_empty() or peers.is_empty():
            continue
        mine, best = ours.row(0, named=True), peers.row(0, named=True)
        if not best["value"]:
            continue
        name, ratio = best["algorithm"].replace("_", " "), mine["value"] / best["value"]
        settled = None not in (mine["low"], best["high"], mine["high"], best["low"]) and (
            mine["low"] > best["high"] or mine["high"] < best["low"]
        )
        doubt = "" if settled else ", within the bounds"
        said.append(f"{words} {ratio:.2f} times {name}{doubt}")
    return f"The hybrid against its best peer: {'; '.join(said)}" if said else "What each recommender finds again"


def draw_history(evaluation_history: pl.DataFrame) -> Chart:
    """Lines over the nights: hybrid with its interval, and the best peer."""
    frame = evaluation_history.with_columns(
        _trial(),
        pl.col("run_id").str.slice(0, 15).str.to_datetime("%Y%m%dT%H%M%S", strict=False).alias("night"),
    ).drop_nulls("night")
    x = alt.X(
        "night:T",
        title=None,
        axis=alt.Axis(format="%d %b", tickCount={"interval": "day", "step": 1}, labelOverlap="greedy"),
    )
    base = alt.Chart(frame).encode(x=x, color=_trial_colour())
    ours = alt.datum.contender == "hybrid"
    band = base.transform_filter(ours).mark_area(opacity=0.16).encode(y="low:Q", y2="high:Q")
    lines = base.mark_line(point={"size": 34}).encode(
        y=alt.Y("value:Q", title="nDCG@10, warm"),
        strokeDash=alt.StrokeDash(
            "contender:N", scale=alt.Scale(domain=["hybrid", "best peer"], range=[[1, 0], [4, 4]])
        ),
        tooltip=["night:T", "trial:N", "contender:N", alt.Tooltip("value:Q", format=".4f")],
    )
    return band + lines


def find_history(evaluation_history: pl.DataFrame) -> str:
    """Say how the hybrid moved between the first and the latest night that was measured."""
    said = []
    for words in TRIALS:
        rows = evaluation_history.filter((_trial() == words) & (pl.col("contender") == "hybrid")).sort("run_id")
        if rows.height > 1 and rows["value"][0]:
            said.append(f"{words} from {figure(rows['value'][0])} to {figure(rows['value'][-1])}")
    nights = evaluation_history["run_id"].n_unique()
    return f"Over {counted(nights, 'measured night')}: {'; '.join(said)}"


def _weights(model_shapes: pl.DataFrame) -> pl.DataFrame:
    """Return the plain weights of the song-to-song model that are not zero, the largest first."""
    is_weight = pl.col("lower").is_null() & pl.col("upper").is_null() & (pl.col("model") == "song")
    return model_shapes.filter(is_weight & (pl.col("signal") != "intercept") & (pl.col("value") != 0)).sort(
        "value", "signal", descending=[True, False]
    )


def draw_weights(model_shapes: pl.DataFrame) -> Chart:
    """Bars: the weight of each signal from song to song."""
    frame = _weights(model_shapes).with_columns(
        pl.col("signal").str.split(".").list.first().alias("kind"),
        PLAIN,
    )
    return (
        alt.Chart(frame)
        .mark_bar(height={"band": 0.62})
        .encode(
            y=alt.Y("signal:N", sort=None, title=None),
            x=alt.X("value:Q", title="Weight", axis=alt.Axis(grid=True)),
            color=alt.Color("kind:N", scale=alt.Scale(domain=[*ADDENDS], range=[*ADDENDS.values()]), legend=None),
            tooltip=["signal:N", alt.Tooltip("value:Q", format=".3f")],
        )
    )


def find_weights(model_shapes: pl.DataFrame) -> str:
    """Name what weighs most, and say whether that is learned or stated."""
    weights = _weights(model_shapes)
    most = weights.filter(pl.col("value") == weights["value"][0])["signal"].to_list()
    why = "by stated defaults" if weights["is_default"].all() else "as learned from your lists"
    return f"From song to song, {listed(f'“{_plain(name)}”' for name in most)} weigh{'s' if len(most) == 1 else ''} most, {why}"


def _functions(model_shapes: pl.DataFrame) -> pl.DataFrame:
    """Return the steps of learned shape functions: those from song to song, else those from list to song."""
    steps = model_shapes.filter(pl.col("signal") != "intercept").filter(pl.len().over("model", "signal") > 1)
    return steps.filter(pl.col("model") == steps["model"].max()) if steps.height else steps


def draw_shapes(model_shapes: pl.DataFrame) -> Chart:
    """Curves: what a signal adds to the score, as the signal grows."""
    functions = _functions(model_shapes)
    largest = (
        functions.group_by("signal").agg((pl.col("value").max() - pl.col("value").min()).alias("reach"))
        .sort("reach", "signal", descending=[True, False]).head(len(KINDS))
    )  # fmt: skip
    order = largest["signal"].to_list()
    curves = _curve_points(functions.filter(pl.col("signal").is_in(order)))
    colour = alt.Color("label:N", sort=[_plain(name) for name in order], scale=alt.Scale(range=KINDS), legend=None)
    lines = (
        alt.Chart(curves)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("at:Q", title="Signal, from its lowest to its highest step", axis=alt.Axis(format="%", grid=True)),
            y=alt.Y("value:Q", title="Adds to the score"),
            color=colour,
            tooltip=["label:N", alt.Tooltip("signal_value:Q", format=".3f"), alt.Tooltip("value:Q", format=".3f")],
        )
    )
    ends = _spread_ends(curves)
    labels = (
        alt.Chart(ends)
        .mark_text(align="left", dx=6, fontWeight="bold")
        .encode(x="at:Q", y="label_at:Q", text="label:N", color=colour)
    )
    return lines + labels


def _curve_points(functions: pl.DataFrame) -> pl.DataFrame:
    """Place each function on a common axis from 0 (its lowest step) to 1 (its highest)."""
    placed = functions.sort("signal", "step").with_columns(
        PLAIN.alias("label"),
        pl.coalesce(pl.col("lower"), pl.col("upper").min().over("signal")).alias("signal_value"),
    )
    low, high = pl.col("signal_value").min().over("signal"), pl.col("signal_value").max().over("signal")
    return placed.select(
        "label",
        "signal_value",
        "value",
        pl.when(high > low).then((pl.col("signal_value") - low) / (high - low)).otherwise(0.0).alias("at"),
    )


def _spread_ends(curves: pl.DataFrame) -> pl.DataFrame:
    """Return where each curve's name is written: at its end, pushed apart so that no two names overlap."""
    ends = curves.group_by("label", maintain_order=True).last().sort("value")
    least = max(largest(curves["value"]) - smallest(curves["value"]), 1e-9) * 0.062
    places: list[float] = []
    for value in ends["value"]:
        places.append(max(value, places[-1] + least) if places else value)
    return ends.with_columns(pl.Series("label_at", places, dtype=pl.Float64))


def _plain(name: str) -> str:
    return SIGNALS.get(name, name.replace("_", " ").replace(".", ": "))


def find_shapes(model_shapes: pl.DataFrame) -> str:
    """Name the signals with the widest reach, and say when that is stated and not learned."""
    functions = _functions(model_shapes)
    reach = functions.group_by("signal").agg((pl.col("value").max() - pl.col("value").min()).alias("reach"))
    top = reach.sort("reach", "signal", descending=[True, False])["signal"].head(2)
    where = "From song to song" if functions["model"][0] == "song" else "For a whole list"
    why = ", by stated defaults" if functions["is_default"].all() else ""
    return f"{where}, {listed(f'“{_plain(name)}”' for name in top)} can move a score the furthest{why}"


def draw_makeup(score_makeup: pl.DataFrame) -> Chart:
    """Stacked areas: what the score at each place of a list is made of, on average."""
    names = {
        "collaborative": "shared lists",
        "metadata": "artists, genres, era",
        "audio": "sound",
        "adjustments": "adjustments",
    }
    frame = score_makeup.unpivot([*names], index="rank", variable_name="addend", value_name="adds").with_columns(
        pl.col("addend").replace_strict(names).alias("name"),
        pl.col("addend").replace_strict({name: place for place, name in enumerate(names)}).alias("order"),
    )
    return (
        alt.Chart(frame)
        .mark_area(line=False, interpolate="monotone")
        .encode(
            x=alt.X("rank:Q", title="Place in the list of neighbours", scale=alt.Scale(nice=False)),
            y=alt.Y("adds:Q", title="Mean score", stack="zero"),
            color=alt.Color(
                "name:N", scale=alt.Scale(domain=[*names.values()], range=[ADDENDS[name] for name in names])
            ),
            order="order:Q",
            tooltip=["rank:Q", "name:N", alt.Tooltip("adds:Q", format=".3f")],
        )
    )


def find_makeup(score_makeup: pl.DataFrame) -> str:
    """Say which addend carries the first ten places."""
    top = score_makeup.filter(pl.col("rank") <= 10)
    means = {
        "shared lists": mean(top["collaborative"]),
        "artists, genres and era": mean(top["metadata"]),
        "sound": mean(top["audio"]),
    }
    total = mean(top["score"])
    name, value = max(means.items(), key=lambda item: item[1])
    return (
        f"In the first ten places, {name} give{'s' if name == 'sound' else ''} {percent(value / total)} of the score"
        if total
        else ("Scores are zero throughout")
    )


def draw_hubs(hubs: pl.DataFrame) -> Chart:
    """Bars: songs by the number of top-ten lists in which they stand."""
    bars = alt.Chart(hubs).encode(
        x=alt.X(
            "class:N",
            sort=hubs["class"].to_list(),
            title="Stands in the top ten of … songs",
            axis=alt.Axis(labelAngle=0),
        ),
        y=alt.Y("songs:Q", title="Songs"),
        tooltip=["class:N", "songs:Q", "most:Q"],
    )
    return bars.mark_bar(width={"band": 0.75}) + bars.mark_text(dy=-7, color=INK, fontSize=11).encode(
        text=alt.Text("songs:Q", format=",")
    )


def find_hubs(hubs: pl.DataFrame) -> str:
    """Say how many songs nobody is sent to, and how often the most favoured one is recommended."""
    songs = total(hubs["songs"])
    never = total(hubs.filter(pl.col("low") == 0)["songs"])
    return (
        f"{percent(never / songs)} of the songs stand in nobody's top ten; the most favoured one stands in "
        f"{count(largest(hubs['most']))}"
    )


def draw_popularity(popularity: pl.DataFrame) -> Chart:
    """Lines: how popularity is spread in the catalogue, in the library, and in top-ten lists."""
    names = {"catalogue_share": "catalogue", "library_share": "your library", "recommended_share": "top-ten lists"}
    frame = popularity.unpivot([*names], index="band", variable_name="where", value_name="share").with_columns(
        pl.col("where").replace_strict(names), (pl.col("band") + 5).alias("end")
    )
    return (
        alt.Chart(frame.drop_nulls("share"))
        .mark_line(interpolate="monotone", point={"size": 26})
        .encode(
            x=alt.X("band:Q", title="Popularity (0 to 100)", scale=alt.Scale(domain=[0, 100])),
            y=alt.Y("share:Q", title="Share of songs", axis=alt.Axis(format="%")),
            color=alt.Color(
                "where:N",
                scale=alt.Scale(domain=[*names.values()], range=[CONTEXT, ADDENDS["metadata"], ADDENDS["audio"]]),
            ),
            tooltip=["where:N", "band:Q", alt.Tooltip("share:Q", format=".1%")],
        )
    )


def find_popularity(popularity: pl.DataFrame) -> str:
    """Compare the mean popularity of the catalogue with that of what is recommended."""
    middle = pl.col("band") + 2.5
    means = popularity.select(
        (middle * pl.col("songs")).sum() / pl.col("songs").sum(),
        recommended=(middle * pl.col("recommended")).sum() / pl.col("recommended").sum(),
    ).row(0)
    if not total(popularity["recommended"]):
        return f"The catalogue's songs have a mean popularity of {means[0]:.0f}"
    gap = means[1] - means[0]
    word = "as well known as" if abs(gap) < 2 else "better known than" if gap > 0 else "less known than"
    return f"What is recommended is {word} the catalogue: mean popularity {means[1]:.0f} against {means[0]:.0f}"


FIGURES = (
    Figure(
        "scorecard",
        "evaluation",
        draw_scorecard,
        find_scorecard,
        "A part of your lists was hidden; the further right, the more of it was found again. Bars are 95 % intervals.",
        "Nothing was measured yet: it takes a few playlists, sessions or saved songs to hide a part of.",
        height=lambda evaluation: for_each("algorithm", 42)(headline_figures(evaluation)),
        ready=lambda evaluation: not headline_figures(evaluation).is_empty(),
    ),
    Figure(
        "scorecard_history",
        "evaluation_history",
        draw_history,
        find_history,
        "Full lines are the hybrid with its 95 % band, broken ones the best peer of the same night.",
        "One night does not make a history: this chart begins with the second measured night.",
        height=pixels(250),
        ready=lambda history: history.drop_nulls("value")["run_id"].n_unique() > 1,
    ),
    Figure(
        "signal_weights",
        "model_shapes",
        draw_weights,
        find_weights,
        "The score of two songs is the sum of the signals times these weights.",
        "No model is stored yet.",
        height=lambda shapes: for_each("signal", 30)(_weights(shapes)),
        ready=lambda shapes: not _weights(shapes).is_empty(),
    ),
    Figure(
        "shape_functions",
        "model_shapes",
        draw_shapes,
        find_shapes,
        "A curve says what a signal adds to the score at each of its strengths; the addends sum to the score.",
        "No shape functions yet: there are too few lists to learn them from, and plain weights do their work.",
        height=pixels(300),
        ready=lambda shapes: not _functions(shapes).is_empty(),
    ),
    Figure(
        "score_makeup",
        "score_makeup",
        draw_makeup,
        find_makeup,
        "The mean over all songs: from the nearest neighbour at the left to the last one kept at the right.",
        "No neighbours yet.",
        height=pixels(260),
    ),
    Figure(
        "hubs",
        "hubs",
        draw_hubs,
        find_hubs,
        "Songs that stand in very many lists (hubs) crowd out the others; songs in none are never found.",
        "No songs yet.",
        height=pixels(230),
        ready=lambda hubs: bool(total(hubs["songs"])),
    ),
    Figure(
        "popularity",
        "popularity",
        draw_popularity,
        find_popularity,
        "Where the line of the top-ten lists lies above the catalogue's, the recommender prefers that popularity.",
        "No song has a known popularity: Spotify no longer tells it to new apps.",
        height=pixels(230),
    ),
)
